#include "connectors/net/curl_multi.hpp"

#include <unistd.h>

#include <stdexcept>

namespace connectors::net {

using boost::asio::posix::stream_descriptor;
using boost::system::error_code;

struct CurlMulti::Watch {
    Watch(boost::asio::any_io_executor executor, curl_socket_t socket)
        : descriptor(std::move(executor), ::dup(socket)), socket(socket) {}
    stream_descriptor descriptor;
    curl_socket_t socket;
    int interest = 0;
    bool reading = false;
    bool writing = false;
    bool removed = false;
};

CurlMulti::CurlMulti(boost::asio::any_io_executor executor)
    : executor_(std::move(executor)), multi_(curl_multi_init()), timer_(executor_) {
    if (multi_ == nullptr) throw std::runtime_error("libcurl cannot start");
    curl_multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, &CurlMulti::on_socket);
    curl_multi_setopt(multi_, CURLMOPT_SOCKETDATA, this);
    curl_multi_setopt(multi_, CURLMOPT_TIMERFUNCTION, &CurlMulti::on_timer);
    curl_multi_setopt(multi_, CURLMOPT_TIMERDATA, this);
}

CurlMulti::~CurlMulti() {
    *alive_ = false;
    for (auto& [easy, done] : running_) curl_multi_remove_handle(multi_, easy);
    curl_multi_cleanup(multi_);
}

void CurlMulti::start(CURL* easy, std::function<void(CURLcode)> done) {
    running_[easy] = std::move(done);
    curl_multi_add_handle(multi_, easy);  // only arms the timer: nothing runs inside this call
}

int CurlMulti::on_socket(CURL*, curl_socket_t socket, int what, void* self, void*) {
    auto& multi = *static_cast<CurlMulti*>(self);
    const auto found = multi.watches_.find(socket);
    if (what == CURL_POLL_REMOVE) {
        if (found == multi.watches_.end()) return 0;
        found->second->removed = true;
        error_code ignored;
        found->second->descriptor.close(ignored);
        multi.watches_.erase(found);
        return 0;
    }
    auto watch = found != multi.watches_.end() ? found->second
                                               : std::make_shared<Watch>(multi.executor_, socket);
    multi.watches_[socket] = watch;
    watch->interest = what;
    multi.arm(watch);
    return 0;
}

void CurlMulti::arm(const std::shared_ptr<Watch>& watch) {
    if ((watch->interest & CURL_POLL_IN) != 0 && !watch->reading) {
        watch->reading = true;
        watch->descriptor.async_wait(stream_descriptor::wait_read,
                                     [this, watch, alive = alive_](error_code error) {
                                         watch->reading = false;
                                         if (*alive && !watch->removed)
                                             fired(watch, CURL_CSELECT_IN, error.failed());
                                     });
    }
    if ((watch->interest & CURL_POLL_OUT) != 0 && !watch->writing) {
        watch->writing = true;
        watch->descriptor.async_wait(stream_descriptor::wait_write,
                                     [this, watch, alive = alive_](error_code error) {
                                         watch->writing = false;
                                         if (*alive && !watch->removed)
                                             fired(watch, CURL_CSELECT_OUT, error.failed());
                                     });
    }
}

void CurlMulti::fired(const std::shared_ptr<Watch>& watch, int event, bool failed) {
    const int wanted = event == CURL_CSELECT_IN ? CURL_POLL_IN : CURL_POLL_OUT;
    if ((watch->interest & wanted) == 0) return;
    const auto alive = alive_;
    act(watch->socket, failed ? CURL_CSELECT_ERR : event);
    if (*alive && !watch->removed) arm(watch);
}

int CurlMulti::on_timer(CURLM*, long milliseconds, void* self) {
    auto& multi = *static_cast<CurlMulti*>(self);
    if (milliseconds < 0) {
        multi.timer_.cancel();
        return 0;
    }
    multi.timer_.expires_after(std::chrono::milliseconds(milliseconds));
    multi.timer_.async_wait([&multi, alive = multi.alive_](error_code error) {
        if (!error && *alive) multi.act(CURL_SOCKET_TIMEOUT, 0);
    });
    return 0;
}

void CurlMulti::act(curl_socket_t socket, int event) {
    const auto alive = alive_;
    int running = 0;
    curl_multi_socket_action(multi_, socket, event, &running);
    int left = 0;
    while (CURLMsg* message = curl_multi_info_read(multi_, &left)) {
        if (message->msg != CURLMSG_DONE) continue;
        CURL* easy = message->easy_handle;
        const CURLcode code = message->data.result;
        curl_multi_remove_handle(multi_, easy);
        const auto found = running_.find(easy);
        if (found == running_.end()) continue;
        const auto done = std::move(found->second);
        running_.erase(found);
        done(code);
        if (!*alive) return;
    }
}

}  // namespace connectors::net
