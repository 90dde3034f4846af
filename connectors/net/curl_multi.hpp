// libcurl's multi interface on one Asio loop. One per loop; every method is called on that loop.
//
// Rules learnt from libcurl's own documentation and bug list: watch a duplicate of curl's
// descriptor, since both sides close theirs; never act inside a curl callback, also not for a
// timeout of 0; curl changes its mind about interest at any time. Host names are resolved by curl's
// threads; callers give addresses where a look-up may block.
#pragma once

#include <curl/curl.h>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <memory>
#include <unordered_map>

namespace connectors::net {

class CurlMulti {
public:
    explicit CurlMulti(boost::asio::any_io_executor executor);
    CurlMulti(const CurlMulti&) = delete;
    CurlMulti& operator=(const CurlMulti&) = delete;
    ~CurlMulti();

    // `easy` and everything it points to must live until `done` has run.
    void start(CURL* easy, std::function<void(CURLcode)> done);

private:
    struct Watch;
    static int on_socket(CURL* easy, curl_socket_t socket, int what, void* self, void* watch);
    static int on_timer(CURLM* multi, long milliseconds, void* self);
    void arm(const std::shared_ptr<Watch>& watch);
    void fired(const std::shared_ptr<Watch>& watch, int event, bool failed);
    void act(curl_socket_t socket, int event);

    boost::asio::any_io_executor executor_;
    CURLM* multi_;
    boost::asio::steady_timer timer_;
    std::unordered_map<curl_socket_t, std::shared_ptr<Watch>> watches_;
    std::unordered_map<CURL*, std::function<void(CURLcode)>> running_;
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace connectors::net
