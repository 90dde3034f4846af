// config: every knob of the program with its default, unit and meaning, and the loader. Reads one
// TOML file; an unknown key or a wrong value is an error with its line and a cure. Touches files
// and nothing else; depends on toml++.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace config {

struct Config {
    // [server]
    std::string data = "./data";
    std::string http = "127.0.0.1:8080";
    std::string public_url;
    std::string host_name = "localhost";
    std::uint64_t net_loops = 0;
    bool secure_cookie = false;
    // [log]
    std::string log_format = "text";
    std::string log_level = "info";
    // [customers]
    std::string country = "IT";
    // [email]
    std::string smtp = "127.0.0.1:2525";
    std::string lmtp = "127.0.0.1:2424";
    std::string tls_certificate;
    std::string tls_key;
    std::string ca_file;
    std::string relay;
    std::string relay_user;
    std::string relay_password;
    std::string relay_token_url;
    std::string relay_client_id;
    std::string relay_client_secret;
    std::string relay_refresh_token;
    std::string relay_scope;
    bool relay_require_tls = false;
    std::uint64_t message_bytes_max = 35ULL * 1024 * 1024;
    std::uint64_t recipients_max = 100;
    std::uint64_t mail_connections_max = 500;
    std::uint64_t command_seconds_max = 300;
    std::uint64_t data_seconds_max = 600;
    // [limits]
    std::uint64_t commands_waiting_max = 4096;
    std::uint64_t mails_parsing_max = 256;
    std::uint64_t commit_batches_max = 256;
    std::uint64_t blob_inline_bytes_max = 128ULL * 1024;
    std::uint64_t connections_max = 20000;
    std::uint64_t body_bytes_max = 1024ULL * 1024;
    std::uint64_t upload_bytes_max = 10ULL * 1024 * 1024;
    std::uint64_t socket_queue_bytes_max = 4ULL * 1024 * 1024;
    std::uint64_t sign_in_failures_max = 10;
    std::uint64_t session_hours = 12;

    friend bool operator==(const Config&, const Config&) = default;
};

// Throws std::runtime_error with file, line and cure.
Config load(const std::filesystem::path& file);
Config parse(const std::string& text, const std::string& name);

// The example file: every key with its default and what it means. config/sportello.example.toml is
// this text.
std::string describe();

struct HostPort {
    std::string host;
    std::uint16_t port = 0;
};
// "127.0.0.1:8080" or "[::1]:8080". Throws std::runtime_error naming `key`.
HostPort host_port(const std::string& text, const std::string& key);

}  // namespace config
