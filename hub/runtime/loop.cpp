#include "hub/runtime/loop.hpp"

#include <pthread.h>

#include <boost/asio/post.hpp>

namespace runtime {

Loop::Loop(std::string name) : work_(context_.get_executor()) {
    thread_ = std::thread([this] { context_.run(); });
    pthread_setname_np(thread_.native_handle(), name.substr(0, 15).c_str());
}

Loop::~Loop() {
    stop();
}

void Loop::post(std::function<void()> work) {
    boost::asio::post(context_, std::move(work));
}

void Loop::stop() {
    work_.reset();
    context_.stop();
    if (thread_.joinable()) thread_.join();
}

}  // namespace runtime
