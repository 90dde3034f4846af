#include "config/config.hpp"

#include <toml++/toml.h>
#include <charconv>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <variant>

namespace config {
namespace {

using Member = std::variant<std::string Config::*, std::uint64_t Config::*, bool Config::*>;

struct Knob {
    const char* section;
    const char* key;
    Member member;
    const char* meaning;  // with its unit, and what happens at a limit
};

const std::vector<Knob>& knobs() {
    static const std::vector<Knob> list = {
        {"server", "data", &Config::data, "folder for everything the hub keeps"},
        {"server", "http", &Config::http, "address and port of console, API and widget"},
        {"server", "public_url", &Config::public_url,
         "how customers and agents reach the server, e.g. https://desk.example.com"},
        {"server", "host_name", &Config::host_name, "name in mail greetings and Message-IDs"},
        {"server", "net_loops", &Config::net_loops, "threads for sockets; 0: one per core"},
        {"server", "secure_cookie", &Config::secure_cookie,
         "true behind TLS: the session cookie is sent over https only"},
        {"log", "format", &Config::log_format, "text or json"},
        {"log", "level", &Config::log_level, "debug, info, warning or error"},
        {"customers", "country", &Config::country,
         "ISO 3166 code of the country whose telephone numbers are written without its prefix"},
        {"email", "smtp", &Config::smtp, "address and port that take mail by SMTP; empty: off"},
        {"email", "lmtp", &Config::lmtp, "address and port that take mail by LMTP; empty: off"},
        {"email", "tls_certificate", &Config::tls_certificate,
         "PEM file; with tls_key it offers STARTTLS"},
        {"email", "tls_key", &Config::tls_key, "PEM file"},
        {"email", "ca_file", &Config::ca_file,
         "PEM file of authorities to trust beside the system's, for mailboxes and relay"},
        {"email", "relay", &Config::relay,
         "where mail leaves: smtp://host:587 or smtps://host:465; empty: replies wait in the "
         "outbox"},
        {"email", "relay_user", &Config::relay_user, "sign-in at the relay; empty: none"},
        {"email", "relay_password", &Config::relay_password, "password at the relay"},
        {"email", "relay_token_url", &Config::relay_token_url,
         "OAuth 2 (XOAUTH2) instead of relay_password: the token server, https://..."},
        {"email", "relay_client_id", &Config::relay_client_id, "OAuth 2: the client's id"},
        {"email", "relay_client_secret", &Config::relay_client_secret,
         "OAuth 2: the client's secret; empty: none"},
        {"email", "relay_refresh_token", &Config::relay_refresh_token,
         "OAuth 2: as consented to; newer ones are kept in the data folder"},
        {"email", "relay_scope", &Config::relay_scope,
         "OAuth 2: scope; empty: that of the consent"},
        {"email", "relay_require_tls", &Config::relay_require_tls, "true: never send without TLS"},
        {"email", "message_bytes_max", &Config::message_bytes_max,
         "bytes of one mail; beyond: 552"},
        {"email", "recipients_max", &Config::recipients_max, "recipients of one mail; beyond: 452"},
        {"email", "connections_max", &Config::mail_connections_max,
         "open mail connections per listener; beyond: 421"},
        {"email", "command_seconds_max", &Config::command_seconds_max,
         "seconds for one command; then cut off"},
        {"email", "data_seconds_max", &Config::data_seconds_max,
         "seconds for one mail; then cut off"},
        {"limits", "commands_waiting_max", &Config::commands_waiting_max,
         "commands that wait for the desk; beyond: 503, 451 or nack busy"},
        {"limits", "mails_parsing_max", &Config::mails_parsing_max,
         "mails that wait for the parser; beyond: 451"},
        {"limits", "commit_batches_max", &Config::commit_batches_max,
         "decisions in one transaction"},
        {"limits", "blob_inline_bytes_max", &Config::blob_inline_bytes_max,
         "bytes up to which a blob lives in the database; larger ones are files"},
        {"limits", "connections_max", &Config::connections_max,
         "HTTP connections; beyond: closed at once"},
        {"limits", "body_bytes_max", &Config::body_bytes_max, "bytes of a JSON body; beyond: 413"},
        {"limits", "upload_bytes_max", &Config::upload_bytes_max,
         "bytes of one uploaded file; beyond: 413"},
        {"limits", "socket_queue_bytes_max", &Config::socket_queue_bytes_max,
         "bytes that wait for one console; beyond: closed with 4408, it resumes"},
        {"limits", "sign_in_failures_max", &Config::sign_in_failures_max,
         "failed sign-ins per address and name in ten minutes; beyond: 429"},
        {"limits", "session_hours", &Config::session_hours, "hours a sign-in lasts"},
    };
    return list;
}

[[noreturn]] void fail(const std::string& name, const toml::source_region& where,
                       const std::string& what) {
    throw std::runtime_error(name + ":" + std::to_string(where.begin.line) + ": " + what);
}

void set(Config& config, const Knob& knob, const toml::node& node, const std::string& name) {
    const std::string key = std::string{knob.section} + "." + knob.key;
    if (const auto* text = std::get_if<std::string Config::*>(&knob.member)) {
        const auto value = node.value_exact<std::string>();
        if (!value) fail(name, node.source(), key + " must be a text in quotes");
        config.*(*text) = *value;
    } else if (const auto* number = std::get_if<std::uint64_t Config::*>(&knob.member)) {
        const auto value = node.value_exact<std::int64_t>();
        if (!value || *value < 0)
            fail(name, node.source(), key + " must be a whole number, 0 or more");
        config.*(*number) = static_cast<std::uint64_t>(*value);
    } else {
        const auto value = node.value_exact<bool>();
        if (!value) fail(name, node.source(), key + " must be true or false");
        config.*std::get<bool Config::*>(knob.member) = *value;
    }
}

const Knob* find_knob(std::string_view section, std::string_view key) {
    for (const Knob& knob : knobs())
        if (knob.section == section && knob.key == key) return &knob;
    return nullptr;
}

std::string shown(const Config& config, const Member& member) {
    if (const auto* text = std::get_if<std::string Config::*>(&member))
        return "\"" + config.*(*text) + "\"";
    if (const auto* number = std::get_if<std::uint64_t Config::*>(&member))
        return std::to_string(config.*(*number));
    return config.*std::get<bool Config::*>(member) ? "true" : "false";
}

}  // namespace

Config parse(const std::string& text, const std::string& name) {
    Config config;
    toml::table root;
    try {
        root = toml::parse(text, name);
    } catch (const toml::parse_error& error) {
        fail(name, error.source(), std::string{error.description()});
    }
    for (const auto& [section, node] : root) {
        const toml::table* table = node.as_table();
        if (table == nullptr)
            fail(name, node.source(), "every key stands below a section like [server]");
        for (const auto& [key, value] : *table) {
            const Knob* knob = find_knob(section.str(), key.str());
            if (knob == nullptr)
                fail(name, value.source(),
                     "unknown key " + std::string{section.str()} + "." + std::string{key.str()} +
                         "; `sportello check --example` lists all keys");
            set(config, *knob, value, name);
        }
    }
    return config;
}

Config load(const std::filesystem::path& file) {
    std::ifstream in(file);
    if (!in)
        throw std::runtime_error("cannot read " + file.string() +
                                 ": give an existing file with --config");
    std::ostringstream text;
    text << in.rdbuf();
    return parse(text.str(), file.string());
}

std::string describe() {
    std::string out = "# Every key with its default. Copy what you change.\n";
    const Config defaults;
    std::string section;
    for (const Knob& knob : knobs()) {
        if (section != knob.section) out += "\n[" + (section = knob.section) + "]\n";
        out += std::string{"# "} + knob.meaning + "\n" + knob.key + " = " +
               shown(defaults, knob.member) + "\n";
    }
    return out;
}

HostPort host_port(const std::string& text, const std::string& key) {
    const auto colon = text.rfind(':');
    unsigned port = 0;
    const char* begin = text.data() + (colon == std::string::npos ? text.size() : colon + 1);
    const char* end = text.data() + text.size();
    const auto parsed = std::from_chars(begin, end, port);
    if (colon == std::string::npos || parsed.ec != std::errc{} || parsed.ptr != end || port > 65535)
        throw std::runtime_error(key + " must look like 127.0.0.1:8080, not " + text);
    std::string host = text.substr(0, colon);
    if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
    return {host, static_cast<std::uint16_t>(port)};
}

}  // namespace config
