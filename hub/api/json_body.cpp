#include "hub/api/json_body.hpp"

#include <nlohmann/json.hpp>

#include "hub/runtime/websocket_wire.hpp"

namespace api {

using Json = nlohmann::json;

struct JsonBody::Impl {
    Json json;
    std::string field;
    std::string detail;

    const Json* at(const char* name) const {
        const auto found = json.find(name);
        return found == json.end() || found->is_null() ? nullptr : &*found;
    }
};

namespace {

constexpr int depth_max = 32;

// Refuses deep nesting while parsing, before a value exists that could overflow a stack.
Json parse_shallow(std::string_view text) {
    const auto watch = [](int depth, Json::parse_event_t, Json&) {
        if (depth > depth_max) throw std::length_error("too deep");
        return true;
    };
    try {
        return Json::parse(text, watch, false);
    } catch (const std::length_error&) {
        return Json(Json::value_t::discarded);
    }
}

std::optional<std::uint64_t> digits(const std::string& text) {
    if (text.empty() || text.size() > 18 ||
        text.find_first_not_of("0123456789") != std::string::npos)
        return std::nullopt;
    return std::stoull(text);
}

}  // namespace

JsonBody::JsonBody(std::string_view text) : impl_(std::make_unique<Impl>()) {
    impl_->json = text.empty() ? Json::object() : parse_shallow(text);
    if (impl_->json.is_object()) return;
    impl_->json = Json::object();
    complain("", "the body must be one JSON object, at most 32 levels deep");
}

JsonBody::JsonBody(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
JsonBody::JsonBody(JsonBody&&) noexcept = default;
JsonBody::~JsonBody() = default;

bool JsonBody::has(const char* field) const {
    return impl_->json.contains(field);
}
bool JsonBody::is_null(const char* field) const {
    return has(field) && impl_->json.at(field).is_null();
}

void JsonBody::complain(std::string field, std::string detail) {
    if (!impl_->detail.empty()) return;
    impl_->field = std::move(field);
    impl_->detail = std::move(detail);
}

std::string JsonBody::text(const char* field, std::size_t bytes_max, bool required) {
    const auto value = maybe_text(field, bytes_max);
    if (required && (!value || value->empty()))
        complain(field, std::string{field} + " is required");
    return value.value_or("");
}

std::optional<std::string> JsonBody::maybe_text(const char* field, std::size_t bytes_max) {
    const Json* value = impl_->at(field);
    if (value == nullptr) return std::nullopt;
    if (!value->is_string()) return complain(field, "must be a string"), std::nullopt;
    const auto& text = value->get_ref<const std::string&>();
    if (text.size() > bytes_max)
        return complain(field, "is longer than " + std::to_string(bytes_max) + " bytes"),
               std::nullopt;
    if (text.find('\0') != std::string::npos)
        return complain(field, "must not hold a NUL"), std::nullopt;
    return text;
}

std::optional<std::string> JsonBody::maybe_scalar(const char* field, std::size_t bytes_max) {
    if (!has(field)) return std::nullopt;
    if (is_null(field)) return "";
    const Json& value = impl_->json.at(field);
    if (value.is_number() || value.is_boolean()) return value.dump();
    return maybe_text(field, bytes_max);
}

std::optional<std::uint64_t> JsonBody::maybe_number(const char* field, std::uint64_t most) {
    const Json* value = impl_->at(field);
    if (value == nullptr) return std::nullopt;
    if (!value->is_number_unsigned() || value->get<std::uint64_t>() > most)
        return complain(field, "must be a whole number from 0 to " + std::to_string(most)),
               std::nullopt;
    return value->get<std::uint64_t>();
}

std::optional<double> JsonBody::maybe_real(const char* field, double least, double most) {
    const Json* value = impl_->at(field);
    if (value == nullptr) return std::nullopt;
    if (!value->is_number() || value->get<double>() < least || value->get<double>() > most)
        return complain(field,
                        "must be a number from " + Json(least).dump() + " to " + Json(most).dump()),
               std::nullopt;
    return value->get<double>();
}

bool JsonBody::flag(const char* field) {
    const Json* value = impl_->at(field);
    if (value == nullptr) return false;
    if (!value->is_boolean()) return complain(field, "must be true or false"), false;
    return value->get<bool>();
}

std::optional<std::uint64_t> JsonBody::maybe_id(const char* field) {
    if (!has(field)) return std::nullopt;
    const Json* value = impl_->at(field);
    if (value == nullptr) return 0;
    const auto id = value->is_string() ? digits(value->get<std::string>()) : std::nullopt;
    if (!id) complain(field, "must be an id, a string of digits");
    return id;
}

std::vector<std::uint64_t> JsonBody::ids(const char* field) {
    std::vector<std::uint64_t> ids;
    for (const std::string& text : texts(field, 1000, 18)) {
        const auto id = digits(text);
        if (id)
            ids.push_back(*id);
        else
            complain(field, "must be a list of ids, strings of digits");
    }
    return ids;
}

std::vector<std::string> JsonBody::texts(const char* field, std::size_t count_max,
                                         std::size_t bytes_max) {
    std::vector<std::string> texts;
    const Json* value = impl_->at(field);
    if (value == nullptr) return texts;
    if (!value->is_array() || value->size() > count_max)
        return complain(field, "must be a list of at most " + std::to_string(count_max)), texts;
    for (const Json& one : *value) {
        if (!one.is_string() || one.get_ref<const std::string&>().size() > bytes_max)
            return complain(field, "must be a list of strings of at most " +
                                       std::to_string(bytes_max) + " bytes"),
                   texts;
        texts.push_back(one.get<std::string>());
    }
    return texts;
}

std::vector<std::uint64_t> JsonBody::numbers(const char* field, std::size_t count_max,
                                             std::uint64_t most) {
    std::vector<std::uint64_t> numbers;
    const Json* value = impl_->at(field);
    if (value == nullptr) return numbers;
    bool good = value->is_array() && value->size() <= count_max;
    for (const Json& one : good ? *value : Json::array()) {
        good = good && one.is_number_unsigned() && one.get<std::uint64_t>() <= most;
        if (good) numbers.push_back(one.get<std::uint64_t>());
    }
    if (!good)
        complain(field, "must be a list of at most " + std::to_string(count_max) +
                            " whole numbers up to " + std::to_string(most));
    return numbers;
}

std::vector<std::vector<std::string>> JsonBody::text_lists(const char* field,
                                                           std::size_t count_max) {
    constexpr std::size_t bytes_max = 100;
    std::vector<std::vector<std::string>> lists;
    const Json* value = impl_->at(field);
    if (value == nullptr) return lists;
    bool good = value->is_array() && value->size() <= count_max;
    for (const Json& list : good ? *value : Json::array()) {
        good = good && list.is_array() && list.size() <= count_max;
        lists.emplace_back();
        for (const Json& one : good ? list : Json::array()) {
            good = good && one.is_string() && one.get_ref<const std::string&>().size() <= bytes_max;
            if (good) lists.back().push_back(one.get<std::string>());
        }
    }
    if (!good) complain(field, "must be a short list of lists of strings");
    return lists;
}

std::vector<std::string> JsonBody::keys(std::size_t count_max) {
    std::vector<std::string> keys;
    if (impl_->json.size() > count_max)
        return complain("", "has more than " + std::to_string(count_max) + " fields"), keys;
    for (const auto& [key, value] : impl_->json.items()) keys.push_back(key);
    return keys;
}

std::optional<JsonBody> JsonBody::object(const char* field) {
    const Json* value = impl_->at(field);
    if (value == nullptr) return std::nullopt;
    if (!value->is_object()) return complain(field, "must be an object"), std::nullopt;
    auto impl = std::make_unique<Impl>();
    impl->json = *value;
    return JsonBody(std::move(impl));
}

std::vector<JsonBody> JsonBody::objects(const char* field, std::size_t count_max) {
    std::vector<JsonBody> objects;
    const Json* value = impl_->at(field);
    if (value == nullptr) return objects;
    if (!value->is_array() || value->size() > count_max)
        return complain(field, "must be a list of at most " + std::to_string(count_max)),
               std::move(objects);
    for (const Json& one : *value) {
        if (!one.is_object())
            return complain(field, "must be a list of objects"), std::move(objects);
        auto impl = std::make_unique<Impl>();
        impl->json = one;
        objects.push_back(JsonBody(std::move(impl)));
    }
    return objects;
}

std::optional<model::Instant> JsonBody::maybe_instant(const char* field) {
    const auto text = maybe_text(field, 40);
    if (!text) return std::nullopt;
    const auto at = model::instant_of(*text);
    if (!at) complain(field, "must be an instant like 2026-11-22T10:00:00Z");
    return at;
}

std::string JsonBody::dump() const {
    return impl_->json.dump();
}

std::string JsonBody::complaint() const {
    return impl_->field.empty() ? impl_->detail : impl_->field + ": " + impl_->detail;
}

std::optional<Response> JsonBody::fault() const {
    if (impl_->detail.empty()) return std::nullopt;
    return problem(impl_->field.empty() ? 400 : 422, "Invalid request", impl_->detail,
                   impl_->field);
}

}  // namespace api
