// The built program itself, started on an empty data folder with ports of its own and ended by
// SIGTERM.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "bench/support/local_socket.hpp"

namespace bench {

class HubProcess {
public:
    HubProcess();  // returns when the hub is ready; throws with the end of its log when it does not
                   // come up
    HubProcess(const HubProcess&) = delete;
    HubProcess& operator=(const HubProcess&) = delete;
    ~HubProcess();  // SIGTERM, and the folder is removed

    std::uint16_t http_port() const { return http_port_; }
    std::uint16_t lmtp_port() const { return lmtp_port_; }
    std::string admin_token() const;
    // Takes mail in the demo workspace.
    std::string mail_address() const { return "support@demo.localhost"; }

    // Lets that much time pass, watching the hub: throws when it ends meanwhile.
    void watch(std::chrono::milliseconds time);

    double cpu_seconds() const;  // user and system, of all threads
    std::vector<std::pair<std::string, double>> cpu_seconds_by_thread() const;
    double resident_mb() const;
    double resident_peak_mb() const;

private:
    void spawn();
    void wait_until_ready();
    void stop();
    bool ends_within(std::chrono::milliseconds time);
    double status_mb(const std::string& key) const;
    [[noreturn]] void fail_with_log(const std::string& why);

    std::filesystem::path folder_;
    std::uint16_t http_port_ = 0;
    std::uint16_t lmtp_port_ = 0;
    pid_t pid_ = -1;
    Descriptor process_;  // readable when the process has ended
};

}  // namespace bench
