#include "bench/support/local_http.hpp"

#include "bench/support/local_socket.hpp"

namespace bench {
namespace {

HttpAnswer answer_to(std::uint16_t port, const std::string& first_line, const std::string& token,
                     const std::string& rest) {
    std::string text;
    try {
        const Descriptor socket = connect_locally(port);
        send_all(socket.get(),
                 first_line + " HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n" +
                     (token.empty() ? "" : "Authorization: Bearer " + token + "\r\n") + rest);
        while (receive_some(socket.get(), text)) {
        }
    } catch (const std::runtime_error&) {
        return {};
    }
    const auto head_end = text.find("\r\n\r\n");
    if (text.size() < 12 || head_end == std::string::npos) return {};
    return {std::stoi(text.substr(9, 3)), text.substr(head_end + 4)};
}

}  // namespace

HttpAnswer http_get(std::uint16_t port, const std::string& path, const std::string& token) {
    return answer_to(port, "GET " + path, token, "\r\n");
}

HttpAnswer http_post(std::uint16_t port, const std::string& path, const std::string& token,
                     const std::string& json) {
    return answer_to(port, "POST " + path, token,
                     "Content-Type: application/json\r\nContent-Length: " +
                         std::to_string(json.size()) + "\r\n\r\n" + json);
}

std::string json_value(const std::string& json, const std::string& name) {
    const auto found = json.find("\"" + name + "\":");
    if (found == std::string::npos) return {};
    std::size_t begin = found + name.size() + 3;
    const bool quoted = json[begin] == '"';
    if (quoted) ++begin;
    return json.substr(begin, json.find_first_of(quoted ? "\"" : ",}]", begin) - begin);
}

}  // namespace bench
