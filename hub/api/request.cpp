#include "hub/api/request.hpp"

#include <charconv>

namespace api {
namespace {

std::optional<std::uint64_t> number_of(std::string_view text) {
    std::uint64_t value = 0;
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
    if (parsed.ec != std::errc{} || parsed.ptr != text.data() + text.size() || value >> 63 != 0)
        return std::nullopt;
    return value;
}

int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

}  // namespace

std::string Request::header(const std::string& name) const {
    const auto found = headers.find(name);
    return found == headers.end() ? std::string{} : found->second;
}

std::string Request::cookie(std::string_view name) const {
    const std::string all = header("cookie");
    for (std::size_t at = 0; at < all.size();) {
        const std::size_t end = std::min(all.find(';', at), all.size());
        const std::string_view pair = std::string_view{all}.substr(at, end - at);
        const auto equals = pair.find('=');
        if (equals != std::string_view::npos && pair.substr(0, equals) == name)
            return std::string{pair.substr(equals + 1)};
        at = all.find_first_not_of(' ', end + 1);
        if (at == std::string::npos) break;
    }
    return {};
}

std::optional<std::uint64_t> Request::query_number(const std::string& name) const {
    const auto found = query.find(name);
    return found == query.end() ? std::nullopt : number_of(found->second);
}

std::uint64_t Request::id(std::size_t n) const {
    return n < params.size() ? number_of(params[n]).value_or(0) : 0;
}

std::string url_decoded(std::string_view text, bool plus_is_space) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool escape = text[i] == '%' && i + 2 < text.size() && hex_digit(text[i + 1]) >= 0 &&
                            hex_digit(text[i + 2]) >= 0;
        if (escape) {
            out.push_back(static_cast<char>(hex_digit(text[i + 1]) * 16 + hex_digit(text[i + 2])));
            i += 2;
        } else {
            out.push_back(plus_is_space && text[i] == '+' ? ' ' : text[i]);
        }
    }
    return out;
}

void read_target(std::string_view target, Request& request) {
    const auto question = target.find('?');
    request.path = url_decoded(target.substr(0, question), false);
    if (question == std::string_view::npos) return;
    std::string_view query = target.substr(question + 1);
    while (!query.empty()) {
        const auto end = std::min(query.find('&'), query.size());
        const std::string_view pair = query.substr(0, end);
        const auto equals = std::min(pair.find('='), pair.size());
        request.query[url_decoded(pair.substr(0, equals), true)] =
            equals < pair.size() ? url_decoded(pair.substr(equals + 1), true) : "";
        query.remove_prefix(std::min(end + 1, query.size()));
    }
}

Response json_response(std::string body, unsigned status) {
    Response response;
    response.status = status;
    response.body = std::move(body);
    return response;
}

Response problem(unsigned status, std::string_view title, std::string_view detail,
                 std::string_view field) {
    Response response;
    response.status = status;
    response.type = "application/problem+json";
    response.body = R"({"type":"about:blank","title":)" + model::quoted(title) + R"(,"status":)" +
                    std::to_string(status) + R"(,"detail":)" + model::quoted(detail);
    if (!field.empty()) response.body += R"(,"field":)" + model::quoted(field);
    response.body += "}";
    return response;
}

Response problem_of(const model::Answer& answer) {
    using model::Refusal;
    const auto make = [&answer](unsigned status, const char* title) {
        return problem(status, title, answer.detail, answer.field);
    };
    switch (answer.refusal) {
        case Refusal::not_found:
            return make(404, "Not found");
        case Refusal::forbidden:
            return make(403, "Not allowed");
        case Refusal::newer:
            return make(409, "Something newer is there");
        case Refusal::taken:
            return make(412, "Changed meanwhile");
        case Refusal::gone:
            return make(410, "Gone");
        case Refusal::invalid:
            return make(422, "Invalid");
        case Refusal::none:
        case Refusal::busy:
        case Refusal::unavailable:
            break;
    }
    Response response = make(503, "Not available now");
    response.headers.emplace_back("Retry-After", "1");
    return response;
}

Response list_response(const std::vector<std::string>& items,
                       const std::optional<std::string>& next) {
    std::string body = R"({"items":[)";
    for (std::size_t i = 0; i < items.size(); ++i) {
        if (i != 0) body.push_back(',');
        body += items[i];
    }
    body += R"(],"next":)";
    body += next ? model::quoted(*next) : "null";
    body += "}";
    return json_response(std::move(body));
}

}  // namespace api
