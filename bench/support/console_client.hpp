// A console's websocket as a client sees it: signed in by a bearer token, greeted, then read frame
// by frame.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "bench/support/local_socket.hpp"

namespace bench {

struct Place {
    std::string epoch;
    std::string since;
};
// Where the feed stands now, by the snapshot.
Place current_place(std::uint16_t http_port, const std::string& token);

class ConsoleClient {
public:
    // Returns after the hub has answered the hello.
    ConsoleClient(std::uint16_t http_port, const std::string& token, const Place& place);

    int descriptor() const { return socket_.get(); }
    // Reads what came and hands over each whole text frame.
    void take_frames(const std::function<void(std::string_view)>& on_text);

private:
    void send_text(std::string_view text);

    Descriptor socket_;
    std::string input_;
};

}  // namespace bench
