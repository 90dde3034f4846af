#include <poll.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <cerrno>

#include "bench/fanout/server.hpp"

namespace bench {
namespace {

class FloorServer final : public Server {
public:
    explicit FloorServer(std::vector<Descriptor> sockets) : sockets_(std::move(sockets)) {
        frame_ = {static_cast<char>(0x81), 126, 0, static_cast<char>(payload_bytes)};
        frame_.append(payload_bytes, 'x');
    }

    void publish(std::size_t frames) override {
        std::vector<iovec> parts(frames, iovec{frame_.data(), frame_.size()});
        for (const Descriptor& socket : sockets_) {
            const ssize_t sent =
                frames == 1 ? ::send(socket.get(), frame_.data(), frame_.size(), MSG_NOSIGNAL)
                            : send_parts(socket.get(), parts);
            // The client has taken everything before the next turn, so the socket always has room.
            if (sent != static_cast<ssize_t>(frames * frame_bytes))
                fail("the floor could not send");
        }
    }

private:
    static ssize_t send_parts(int socket, std::vector<iovec>& parts) {
        msghdr message{};
        message.msg_iov = parts.data();
        message.msg_iovlen = parts.size();
        return ::sendmsg(socket, &message, MSG_NOSIGNAL);
    }

    std::vector<Descriptor> sockets_;
    std::string frame_;
};

}  // namespace

std::unique_ptr<Server> make_floor_server(std::vector<Descriptor> sockets) {
    return std::make_unique<FloorServer>(std::move(sockets));
}

}  // namespace bench
