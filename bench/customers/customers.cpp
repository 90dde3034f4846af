// The first page of a long timeline, and search over many messages: what a reader waits for, on the
// embedded store.
#include <cmath>
#include <filesystem>
#include <functional>
#include <future>
#include <iostream>
#include <random>

#include "bench/support/command_line.hpp"
#include "bench/support/statistics.hpp"
#include "hub/search/search.hpp"

namespace {

using namespace bench;
using namespace storage;

constexpr double timeline_ms_max = 50;
constexpr std::size_t timeline_entries = 10'000;
constexpr std::size_t messages_per_conversation = 5;
constexpr std::size_t words_per_message = 60;
constexpr std::size_t asked_times = 200;

// A vocabulary in which few words are common and most are rare, as in a language.
class Words {
public:
    std::string one() {
        const double share = std::pow(std::uniform_real_distribution<>(0, 1)(random_), 3);
        return "parola" + std::to_string(static_cast<std::size_t>(share * 50'000));
    }
    std::string several(std::size_t count) {
        std::string text;
        for (std::size_t i = 0; i < count; ++i) text.append(i == 0 ? "" : " ").append(one());
        return text;
    }

private:
    std::mt19937_64 random_{7};
};

void append(Store& store, Batch batch) {
    std::promise<AppendResult> done;
    store.append(std::move(batch), [&done](const AppendResult& result) { done.set_value(result); });
    if (const auto result = done.get_future().get(); result.error != AppendError::none)
        throw std::runtime_error(result.detail);
}

void add_message(Batch& batch, std::uint64_t number, Words& words) {
    const std::uint64_t conversation = 1 + number / messages_per_conversation;
    const Instant at{std::chrono::seconds{1'700'000'000 + number}};
    const std::string text = words.several(words_per_message);
    // The first contact has a long story, the others a short one.
    const ContactId contact{number < timeline_entries ? 1 : 2 + conversation};
    batch.events.push_back({.seq = number + 1,
                            .at = at,
                            .kind = "message_received",
                            .actor = "contact:1",
                            .contact = contact,
                            .conversation = ConversationId{conversation},
                            .payload = R"({"message":{"text":")" + text + R"("}})"});
    if (number % messages_per_conversation == 0)
        batch.rows.push_back(ConversationRow{ConversationId{conversation}, contact, 1,
                                             conversation % 5, conversation % 20, "open", at,
                                             number + 1, "{}"});
    batch.rows.push_back(
        MessageRow{.id = MessageId{number + 1},
                   .conversation = ConversationId{conversation},
                   .contact = contact,
                   .number = static_cast<std::uint32_t>(1 + number % messages_per_conversation),
                   .seq = number + 1,
                   .body = R"({"text":")" + text + R"("})",
                   .delivery_state = "received"});
    batch.rows.push_back(SearchRow{MessageId{number + 1}, text, text});
}

std::vector<double> timed(Store& store, std::size_t times,
                          const std::function<void(Reader&)>& ask) {
    std::vector<double> milliseconds;
    for (std::size_t i = 0; i < times; ++i) {
        std::promise<double> took;
        store.read([&](Reader& reader) {
            const auto start = Clock::now();
            ask(reader);
            took.set_value(seconds_since(start) * 1000);
        });
        milliseconds.push_back(took.get_future().get());
    }
    return milliseconds;
}

Row row_of(const std::string& what, const std::vector<double>& milliseconds,
           const std::string& target = {}) {
    return {what,
            "median " + fixed(median(milliseconds), 2) + ", p95 " +
                fixed(percentile(milliseconds, 0.95), 2),
            target};
}

int run(const CommandLine& flags) {
    const auto folder = std::filesystem::temp_directory_path() / "sportello-bench-customers";
    std::filesystem::remove_all(folder);
    const auto store = open_sqlite({.folder = folder});
    Words words;
    const std::uint64_t count = std::max<std::uint64_t>(flags["messages"], timeline_entries);
    const auto start = Clock::now();
    for (std::uint64_t number = 0; number < count;) {
        Batch batch;
        for (int i = 0; i < 1000 && number < count; ++i) add_message(batch, number++, words);
        append(*store, std::move(batch));
    }
    const double filled = seconds_since(start);
    std::uintmax_t bytes = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder))
        if (entry.is_regular_file()) bytes += entry.file_size();

    EventQuery page{.contacts = {ContactId{1}, ContactId{0}}, .newest_first = true, .limit = 50};
    const auto timeline = timed(*store, asked_times, [&page](Reader& r) { (void)r.events(page); });
    search::Analyser analyser;
    const auto search = [&](std::size_t asked, Scope scope) {
        return timed(*store, asked_times, [&](Reader& reader) {
            SearchQuery query;
            query.scope = scope;
            query.clauses = search::read_query(words.several(asked), {}, analyser).clauses;
            query.limit = 400;
            (void)reader.search(query);
        });
    };
    const Scope all{.everything = true}, one_team{.teams = {3}, .agent = 7};
    print_table("customers: " + std::to_string(count) + " messages, milliseconds",
                {row_of("timeline, first page of 10,000 entries", timeline,
                        at_most(percentile(timeline, 0.95), timeline_ms_max, 0)),
                 row_of("search, one word", search(1, all)),
                 row_of("search, two words", search(2, all)),
                 row_of("search, three words", search(3, all)),
                 row_of("search, one word, what one team may see", search(1, one_team)),
                 {"the store, MB", fixed(static_cast<double>(bytes) / 1e6, 0), ""},
                 {"filled, messages/s", fixed(static_cast<double>(count) / filled, 0), ""}});
    std::filesystem::remove_all(folder);
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    const bench::CommandLine flags(argc, argv, {{"messages", {100'000, "messages in the store"}}});
    try {
        return run(flags);
    } catch (const std::exception& error) {
        std::cerr << "customers: " << error.what() << "\n";
        return 1;
    }
}
