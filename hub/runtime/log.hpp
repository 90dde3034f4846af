// Structured log lines on standard error: an event's name and its fields, as text or as JSON.
// Thread-safe. Never give it a password, a token or a message's text.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace runtime::log {

enum class Format { text, json };
using Fields = std::initializer_list<std::pair<std::string_view, std::string>>;

void start(Format format, std::string_view level);  // level: debug, info, warning, error
void info(std::string_view event, Fields fields = {});
void warning(std::string_view event, Fields fields = {});
void error(std::string_view event, Fields fields = {});

}  // namespace runtime::log
