// What every fuzzer needs: a failed promise stops the run, whatever the build type.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

inline void promise(bool kept) {
    if (!kept) std::abort();
}

inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
    return {reinterpret_cast<const char*>(data), size};
}

// How the input is cut into reads: the first byte decides, so that the fuzzer finds bad cuts.
inline std::size_t piece_of(std::string_view& input) {
    if (input.empty()) return 1;
    const auto piece = static_cast<unsigned char>(input.front());
    input.remove_prefix(1);
    return piece + 1U;
}

// Lines "%%" divide an input into the parts of a mail; those that are missing are empty.
template <std::size_t count>
std::array<std::string, count> parts_of(std::string_view input) {
    constexpr std::string_view divider = "\n%%\n";
    std::array<std::string, count> parts;
    for (std::string& part : parts) {
        const auto end = std::min(input.find(divider), input.size());
        part = input.substr(0, end);
        input.remove_prefix(std::min(end + divider.size(), input.size()));
    }
    return parts;
}
