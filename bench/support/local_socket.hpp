// Plain blocking TCP to 127.0.0.1; nothing in the benchmarks speaks to any other address.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace bench {

// Owns a descriptor.
class Descriptor {
public:
    explicit Descriptor(int number = -1) : number_(number) {}
    Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
    Descriptor& operator=(Descriptor&& other) noexcept {
        std::swap(number_, other.number_);
        return *this;
    }
    ~Descriptor();
    int get() const { return number_; }

private:
    int number_;
};

// What went wrong, with the reason the system gives.
[[noreturn]] void fail(const std::string& what);

Descriptor connect_locally(std::uint16_t port);
// A listening socket on a port that the system chose.
Descriptor listen_locally(std::uint16_t& port);
void set_nonblocking(int descriptor);
void send_all(int descriptor, std::string_view bytes);
// Appends what came; false at the end of the stream.
bool receive_some(int descriptor, std::string& input);
// Thousands of sockets need more descriptors than a shell usually grants.
void raise_descriptor_limit();

}  // namespace bench
