// A named loop: one io_context run by one thread. Objects that belong to a loop are used on its
// thread alone.
#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <functional>
#include <string>
#include <thread>

namespace runtime {

class Loop {
public:
    explicit Loop(std::string name);
    Loop(const Loop&) = delete;
    Loop& operator=(const Loop&) = delete;
    ~Loop();  // stops and joins

    boost::asio::io_context& context() { return context_; }
    void post(std::function<void()> work);  // any thread
    bool is_here() const { return std::this_thread::get_id() == thread_.get_id(); }
    void stop();  // lets nothing new begin and joins the thread

private:
    boost::asio::io_context context_{1};
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
    std::thread thread_;
};

}  // namespace runtime
