// GMime's objects and texts as values of ours.
#pragma once

#include <gmime/gmime.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace connectors::email {

template <class Type>
struct Unref {
    void operator()(Type* object) const { g_object_unref(object); }
};
template <class Type>
using Held = std::unique_ptr<Type, Unref<Type>>;

std::string owned(char* text);                // takes it over; null is empty
std::string text_or_empty(const char* text);  // valid UTF-8
std::string bytes_of(GMimeStream* memory);
std::string sha256_hex(std::string_view bytes);
// A header's raw value with its encoded words joined; nothing where GMime reads it right.
std::optional<std::string> rejoined(GMimeObject* object, const char* field);
std::string file_name_of(GMimePart* part);
// Line ends become \n; NUL bytes, which no text has a use for, go.
std::string clean_text(std::string text);

}  // namespace connectors::email
