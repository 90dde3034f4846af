#include "hub/runtime/zones.hpp"

#include <date/tz.h>

#include <fstream>

namespace runtime {
namespace {

constexpr auto first_year = std::chrono::year{2000};
constexpr auto last_year = std::chrono::year{2037};

sla::Instant instant_of(date::sys_seconds at) {
    return sla::Instant{at.time_since_epoch()};
}

}  // namespace

std::string zone_data_version() {
    std::ifstream file("/usr/share/zoneinfo/tzdata.zi");
    std::string hash, word, version;
    if (file >> hash >> word >> version && word == "version") return version;
    return "unknown";
}

std::optional<sla::Zone> load_zone(const std::string& name) try {
    const date::time_zone* known = date::locate_zone(name);
    const std::chrono::sys_seconds from = std::chrono::sys_days{first_year / 1 / 1};
    const std::chrono::sys_seconds to = std::chrono::sys_days{last_year / 12 / 31};
    sla::Zone zone;
    zone.name = name;
    zone.data_version = zone_data_version();
    date::sys_info period = known->get_info(date::sys_seconds{from.time_since_epoch()});
    zone.offset_seconds = static_cast<std::int32_t>(period.offset.count());
    while (period.end.time_since_epoch() < to.time_since_epoch()) {
        const date::sys_seconds change = period.end;
        period = known->get_info(change);
        const auto offset = static_cast<std::int32_t>(period.offset.count());
        const std::int32_t before =
            zone.changes.empty() ? zone.offset_seconds : zone.changes.back().offset_seconds;
        // A change of name alone moves no window.
        if (offset != before) zone.changes.push_back({instant_of(change), offset});
        if (period.end <= change) break;
    }
    return zone;
} catch (const std::exception&) {
    return std::nullopt;
}

}  // namespace runtime
