// The measuring client: a process of its own, forked before the servers start their threads, that
// drains every socket and tells when all bytes of a turn have come.
#pragma once

#include <sys/types.h>

#include <atomic>
#include <cstdint>
#include <vector>

#include "bench/support/local_socket.hpp"

namespace bench {

class Sink {
public:
    Sink();
    Sink(const Sink&) = delete;
    Sink& operator=(const Sink&) = delete;
    ~Sink();  // ends the process

    // Has the client connect `count` sockets more; returns the server's ends.
    std::vector<Descriptor> connect(std::size_t count);
    void expect(std::uint64_t bytes);  // before they are sent
    void wait();                       // until they have come

private:
    struct Shared {
        std::atomic<std::uint64_t> expected = 0;
        std::atomic<std::uint64_t> wanted_sockets = 0;
    };
    [[noreturn]] void drain();

    Shared* shared_ = nullptr;
    Descriptor listener_;
    std::uint16_t port_ = 0;
    Descriptor told_read_;
    Descriptor told_write_;
    pid_t pid_ = -1;
};

}  // namespace bench
