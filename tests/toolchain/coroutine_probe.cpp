// Ordinary coroutine code that g++ 12.2 miscompiles: it destroys a temporary of a co_await
// expression twice. The product is built with clang; this check of the toolchain says so when that
// stops being safe. Each probe prints "ok" and ends, under the address sanitizer; a double free
// ends the program.
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>

using boost::asio::awaitable;

namespace {

std::string long_text() {
    return "a text too long for the small buffer of a string";
}

awaitable<void> pause() {
    const auto executor = co_await boost::asio::this_coro::executor;
    boost::asio::steady_timer timer(executor, std::chrono::milliseconds{1});
    co_await timer.async_wait(boost::asio::use_awaitable);
}

template <class Function>
awaitable<std::size_t> call_later(Function function) {
    co_await pause();
    co_return function();
}

awaitable<std::size_t> call_erased_later(std::function<std::size_t()> function) {
    co_await pause();
    co_return function();
}

struct Pair {
    std::string left;
    std::string right;
};

awaitable<std::size_t> size_later(Pair pair) {
    co_await pause();
    co_return pair.left.size() + pair.right.size();
}

// A lambda that owns, inside the co_await expression.
awaitable<std::size_t> lambda_temporary() {
    const std::string text = long_text();
    co_return co_await call_later([text] { return text.size(); });
}

awaitable<std::size_t> erased_lambda_temporary() {
    const std::string text = long_text();
    co_return co_await call_erased_later([text] { return text.size(); });
}

awaitable<std::size_t> aggregate_temporary() {
    co_return co_await size_later(Pair{long_text(), long_text()});
}

awaitable<std::size_t> designated_temporary() {
    co_return co_await size_later({.left = long_text(), .right = long_text()});
}

awaitable<std::size_t> conditional() {
    const std::string text = long_text();
    co_return text.empty() ? 0 : co_await size_later(Pair{text, text});
}

// The form that this project uses: named first, then moved.
awaitable<std::size_t> named_first() {
    const std::string text = long_text();
    auto function = [text] { return text.size(); };
    co_return co_await call_later(std::move(function));
}

awaitable<void> show(awaitable<std::size_t> probe) {
    const std::size_t size = co_await std::move(probe);
    std::puts(size > 0 ? "ok" : "wrong");
}

}  // namespace

int main(int argc, char** argv) {
    using Probe = awaitable<std::size_t> (*)();
    constexpr Probe probes[] = {lambda_temporary,    erased_lambda_temporary,
                                aggregate_temporary, designated_temporary,
                                conditional,         named_first};
    const int which = argc > 1 ? std::atoi(argv[1]) : -1;
    if (which < 0 || which >= static_cast<int>(std::size(probes)))
        return std::printf("%zu\n", std::size(probes)), 0;
    boost::asio::io_context context(1);
    auto probe = show(probes[which]());
    boost::asio::co_spawn(context, std::move(probe), boost::asio::detached);
    context.run();
    return 0;
}
