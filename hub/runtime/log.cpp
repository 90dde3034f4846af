#include "hub/runtime/log.hpp"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

namespace runtime::log {
namespace {

Format format = Format::text;

std::string escaped(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '"' || c == '\\') out.push_back('\\');
        out.push_back(static_cast<unsigned char>(c) < 0x20 ? ' ' : c);
    }
    return out;
}

std::string line(std::string_view event, const Fields& fields) {
    std::string out;
    if (format == Format::json) {
        out.append("\"event\":\"").append(escaped(event)).append("\"");
        for (const auto& [key, value] : fields)
            out.append(",\"").append(key).append("\":\"").append(escaped(value)).append("\"");
        return out;
    }
    out.append(event);
    for (const auto& [key, value] : fields)
        out.append(" ").append(key).append("=\"").append(escaped(value)).append("\"");
    return out;
}

spdlog::logger& logger() {
    static const auto instance = spdlog::stderr_logger_mt("sportello");
    return *instance;
}

}  // namespace

void start(Format wanted, std::string_view level) {
    format = wanted;
    logger().set_pattern(format == Format::json
                             ? R"({"at":"%Y-%m-%dT%H:%M:%S.%fZ","level":"%l","thread":%t,%v})"
                             : "%Y-%m-%dT%H:%M:%S.%fZ %l %v",
                         spdlog::pattern_time_type::utc);
    logger().set_level(spdlog::level::from_str(std::string{level}));
    logger().flush_on(spdlog::level::info);
}

void info(std::string_view event, Fields fields) {
    logger().info(line(event, fields));
}
void warning(std::string_view event, Fields fields) {
    logger().warn(line(event, fields));
}
void error(std::string_view event, Fields fields) {
    logger().error(line(event, fields));
}

}  // namespace runtime::log
