// What the store's tests share: synchronous reading and appending, a folder that goes away, rows
// made short.
#pragma once

#include <unistd.h>

#include <filesystem>
#include <future>
#include <type_traits>
#include <utility>

#include "storage/storage.hpp"

namespace store_test {

using namespace storage;

inline Instant at_second(std::int64_t second) {
    return Instant{std::chrono::seconds{1'700'000'000 + second}};
}

class TemporaryFolder {
public:
    TemporaryFolder() {
        std::string name =
            (std::filesystem::temp_directory_path() / "sportello-store-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr)
            throw std::runtime_error("cannot make a temporary folder");
        path_ = name;
    }
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    ~TemporaryFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
};

template <class Use>
auto read(Store& store, Use use) {
    using Value = std::invoke_result_t<Use, Reader&>;
    std::promise<Value> promise;
    store.read([&promise, &use](Reader& reader) { promise.set_value(use(reader)); });
    return promise.get_future().get();
}

inline AppendResult append(Store& store, Batch batch) {
    std::promise<AppendResult> promise;
    store.append(std::move(batch),
                 [&promise](const AppendResult& result) { promise.set_value(result); });
    return promise.get_future().get();
}

inline Seq head(Store& store) {
    return read(store, [](Reader& reader) { return reader.head(); });
}

inline std::string dump(Store& store) {
    return read(store, [](Reader& reader) { return reader.dump_read_tables(); });
}

inline EventRow event(Seq seq, std::uint64_t conversation = 0, std::uint64_t contact = 0,
                      std::string kind = "note_added") {
    return {.seq = seq,
            .at = at_second(static_cast<std::int64_t>(seq)),
            .kind = std::move(kind),
            .version = 1,
            .actor = "agent:7",
            .contact = ContactId{contact},
            .conversation = ConversationId{conversation},
            .payload = R"({"n":)" + std::to_string(seq) + "}"};
}

inline Batch rows(std::vector<RowWrite> rows) {
    Batch batch;
    batch.rows = std::move(rows);
    return batch;
}

inline Batch with_event(Seq seq, std::vector<RowWrite> rows = {}) {
    Batch batch;
    batch.events.push_back(event(seq));
    batch.rows = std::move(rows);
    return batch;
}

inline Blob blob_of(std::string bytes) {
    return {sha256_hex(bytes), std::make_shared<const std::string>(std::move(bytes))};
}

}  // namespace store_test
