#include "hub/flow/indexer.hpp"

#include "hub/model/model.hpp"
#include "hub/runtime/log.hpp"
#include "hub/search/analyser.hpp"

namespace flow {
namespace {

constexpr const char* cursor_key = "search_cursor";  // seq of the last message indexed
constexpr std::size_t rows_per_step = 50;

// What cannot be read is passed over: it must not stop what follows.
storage::SearchRow analysed(search::Analyser& analyser, const storage::MessageRow& row) try {
    const model::Message message = model::message_from(row.body);
    search::Analysed text =
        analyser.analyse(message.subject + "\n" + message.author.name + "\n" + message.text);
    return {row.id, std::move(text.stems), std::move(text.words)};
} catch (const std::exception& error) {
    runtime::log::error("search.not_indexed",
                        {{"message", model::text_of(row.id)}, {"why", error.what()}});
    return {row.id, {}, {}};
}

std::vector<storage::MessageRow> next_rows(storage::Reader& reader) try {
    const auto cursor = reader.meta(cursor_key);
    return reader.messages_since(cursor ? std::stoull(*cursor) : 0, rows_per_step);
} catch (const std::exception& error) {
    // Tried again when there is something new.
    runtime::log::error("search.not_read", {{"why", error.what()}});
    return {};
}

}  // namespace

storage::MetaRow Indexer::from_the_beginning() {
    return {cursor_key, "0"};
}

void Indexer::look() {
    loop_.post([this] {
        again_ = true;
        step();
    });
}

void Indexer::step() {
    if (busy_ || !again_) return;
    busy_ = true;
    again_ = false;
    store_.read([this](storage::Reader& reader) {
        auto rows = std::make_shared<std::vector<storage::MessageRow>>(next_rows(reader));
        loop_.post([this, rows] { index(*rows); });
    });
}

void Indexer::index(const std::vector<storage::MessageRow>& rows) {
    thread_local search::Analyser analyser;
    if (rows.empty()) {
        busy_ = false;
        return step();
    }
    storage::Batch batch;
    for (const storage::MessageRow& row : rows) batch.rows.push_back(analysed(analyser, row));
    batch.rows.push_back(storage::MetaRow{cursor_key, std::to_string(rows.back().seq)});
    store_.append(std::move(batch),
                  [this, full = rows.size() == rows_per_step](const storage::AppendResult& result) {
                      // What could not be written is tried again when there is something new.
                      const bool more = full && result.error == storage::AppendError::none;
                      loop_.post([this, more] {
                          busy_ = false;
                          again_ = again_ || more;
                          step();
                      });
                  });
}

}  // namespace flow
