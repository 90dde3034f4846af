#include "bench/ingest/disk_floor.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <condition_variable>
#include <mutex>
#include <thread>

#include "bench/support/local_socket.hpp"
#include "bench/support/statistics.hpp"

namespace bench {
namespace {

class GroupWriter {
public:
    explicit GroupWriter(const std::filesystem::path& file)
        : file_(::open(file.c_str(), O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600)) {
        if (file_.get() < 0) fail("cannot write " + file.string());
    }

    // Returns when the bytes are on the disk; false when the writer has stopped.
    bool hand_in(const std::string& bytes) {
        std::unique_lock lock(mutex_);
        waiting_ += bytes;
        const std::uint64_t mine = ++handed_in_;
        writer_wakes_.notify_one();
        producers_wake_.wait(lock, [&] { return stopped_ || synced_ >= mine; });
        return synced_ >= mine;
    }

    void run(double seconds) {
        const auto start = Clock::now();
        std::string group;
        while (seconds_since(start) < seconds) {
            std::unique_lock lock(mutex_);
            writer_wakes_.wait(lock, [this] { return !waiting_.empty(); });
            group.clear();
            group.swap(waiting_);
            const std::uint64_t up_to = handed_in_;
            lock.unlock();
            if (::write(file_.get(), group.data(), group.size()) !=
                    static_cast<ssize_t>(group.size()) ||
                ::fdatasync(file_.get()) != 0)
                fail("cannot write the floor's file");
            ++syncs_;
            lock.lock();
            synced_ = up_to;
            producers_wake_.notify_all();
        }
        result_.mails_per_second = static_cast<double>(synced_) / seconds_since(start);
        result_.mails_per_sync = static_cast<double>(synced_) / static_cast<double>(syncs_);
        const std::lock_guard lock(mutex_);
        stopped_ = true;
        producers_wake_.notify_all();
    }

    const DiskFloor& result() const { return result_; }

private:
    Descriptor file_;
    std::mutex mutex_;
    std::condition_variable writer_wakes_;
    std::condition_variable producers_wake_;
    std::string waiting_;
    std::uint64_t handed_in_ = 0;
    std::uint64_t synced_ = 0;
    std::uint64_t syncs_ = 0;
    bool stopped_ = false;
    DiskFloor result_;
};

}  // namespace

DiskFloor measure_disk_floor(const std::filesystem::path& folder, const MailSource& source,
                             std::size_t producers, double seconds) {
    const std::filesystem::path file =
        folder / ("sportello-bench-floor-" + std::to_string(::getpid()));
    DiskFloor result;
    {
        GroupWriter writer(file);
        std::vector<std::thread> threads;
        for (std::size_t i = 0; i < producers; ++i)
            threads.emplace_back([&writer, &source, i] {
                const Mail mail = source.make(i);
                while (writer.hand_in(mail.bytes)) {
                }
            });
        writer.run(seconds);
        for (std::thread& thread : threads) thread.join();
        result = writer.result();
    }
    std::filesystem::remove(file);
    return result;
}

}  // namespace bench
