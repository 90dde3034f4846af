// Request bodies: JSON texts with checked fields. The first thing wrong is remembered with the
// field's name; reading goes on with defaults, and the handler asks `fault` once at the end.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hub/api/request.hpp"

namespace api {

class JsonBody {
public:
    // An empty body counts as {}.
    explicit JsonBody(std::string_view text);
    JsonBody(JsonBody&&) noexcept;
    ~JsonBody();

    bool has(const char* field) const;
    bool is_null(const char* field) const;
    std::string text(const char* field, std::size_t bytes_max, bool required = false);
    std::optional<std::string> maybe_text(const char* field, std::size_t bytes_max);
    // A string, number or truth value as text; null as "".
    std::optional<std::string> maybe_scalar(const char* field, std::size_t bytes_max);
    std::optional<std::uint64_t> maybe_number(const char* field, std::uint64_t most);
    std::optional<double> maybe_real(const char* field, double least, double most);
    bool flag(const char* field);
    // An id given as a string of digits; 0 for null.
    std::optional<std::uint64_t> maybe_id(const char* field);
    std::vector<std::uint64_t> ids(const char* field);
    std::vector<std::string> texts(const char* field, std::size_t count_max, std::size_t bytes_max);
    std::vector<std::uint64_t> numbers(const char* field, std::size_t count_max,
                                       std::uint64_t most);
    // A list of lists of short strings: [["09:00","13:00"]].
    std::vector<std::vector<std::string>> text_lists(const char* field, std::size_t count_max);
    // The names of all fields.
    std::vector<std::string> keys(std::size_t count_max);
    std::optional<JsonBody> object(const char* field);
    std::vector<JsonBody> objects(const char* field, std::size_t count_max);
    std::optional<model::Instant> maybe_instant(const char* field);
    void complain(std::string field, std::string detail);

    std::string dump() const;       // the body as text again
    std::string complaint() const;  // "field: what is wrong"
    // The answer to a bad body, or nothing when everything was right.
    std::optional<Response> fault() const;

private:
    struct Impl;
    explicit JsonBody(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace api
