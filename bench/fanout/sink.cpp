#include "bench/fanout/sink.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <new>

namespace bench {
namespace {

constexpr int stalled_ms_max = 20'000;

void connect_one(int epoll, std::vector<Descriptor>& sockets, std::uint16_t port) {
    sockets.push_back(connect_locally(port));
    set_nonblocking(sockets.back().get());
    epoll_event event{EPOLLIN, {.fd = sockets.back().get()}};
    ::epoll_ctl(epoll, EPOLL_CTL_ADD, sockets.back().get(), &event);
}

}  // namespace

Sink::Sink() {
    raise_descriptor_limit();
    listener_ = listen_locally(port_);
    void* memory =
        ::mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    std::array<int, 2> ends{};
    if (memory == MAP_FAILED || ::pipe(ends.data()) != 0) fail("cannot set up the client");
    shared_ = new (memory) Shared;
    told_read_ = Descriptor(ends[0]);
    told_write_ = Descriptor(ends[1]);
    pid_ = ::fork();
    if (pid_ < 0) fail("cannot fork");
    if (pid_ == 0) drain();
}

Sink::~Sink() {
    ::kill(pid_, SIGTERM);
    ::waitpid(pid_, nullptr, 0);
}

// The client's whole life. It looks for new wishes between turns, when it waits for bytes anyway.
void Sink::drain() {
    ::prctl(PR_SET_PDEATHSIG, SIGTERM);
    const int epoll = ::epoll_create1(0);
    std::vector<Descriptor> sockets;
    std::vector<char> buffer(256 * 1024);
    std::array<epoll_event, 256> events;
    std::uint64_t received = 0;
    std::uint64_t told = 0;
    for (;;) {
        while (sockets.size() < shared_->wanted_sockets) connect_one(epoll, sockets, port_);
        const int count = ::epoll_wait(epoll, events.data(), events.size(), 20);
        for (int i = 0; i < count; ++i) {
            const ssize_t size = ::recv(events[static_cast<std::size_t>(i)].data.fd, buffer.data(),
                                        buffer.size(), 0);
            if (size == 0) ::_exit(0);
            if (size > 0) received += static_cast<std::uint64_t>(size);
        }
        if (received == shared_->expected && received != told) {
            told = received;
            if (::write(told_write_.get(), "!", 1) != 1) ::_exit(1);
        }
    }
}

std::vector<Descriptor> Sink::connect(std::size_t count) {
    shared_->wanted_sockets += count;
    std::vector<Descriptor> sockets;
    while (sockets.size() < count) {
        sockets.emplace_back(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
        if (sockets.back().get() < 0) fail("cannot accept");
        const int on = 1;
        ::setsockopt(sockets.back().get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    }
    return sockets;
}

void Sink::expect(std::uint64_t bytes) {
    shared_->expected += bytes;
}

void Sink::wait() {
    pollfd told{told_read_.get(), POLLIN, 0};
    char byte = 0;
    if (::poll(&told, 1, stalled_ms_max) != 1 || ::read(told_read_.get(), &byte, 1) != 1)
        throw std::runtime_error("the client did not receive what was sent");
}

}  // namespace bench
