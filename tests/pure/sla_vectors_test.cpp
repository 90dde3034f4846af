// Deadlines that nobody in this project computed: the shared vectors, exact to the second. They lie
// beside the checkout, like the corpus of mails.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "promises.hpp"

namespace {

using namespace pure;
using Json = nlohmann::json;

std::vector<Json> vectors() {
    std::ifstream file(std::filesystem::path{SPORTELLO_SOURCE_DIR}.parent_path() / "shared" /
                       "trace" / "sla_vectors.jsonl");
    std::vector<Json> all;
    for (std::string line; std::getline(file, line);) all.push_back(Json::parse(line));
    return all;
}

Windows windows_of(const Json& spans) {
    Windows all;
    for (const Json& span : spans)
        all.push_back(window(span.at(0).get<std::string>() + "-" + span.at(1).get<std::string>()));
    return all;
}

Calendar calendar_of(const Json& json) {
    static const std::map<std::string, Weekday> days = {{"mon", mon}, {"tue", tue}, {"wed", wed},
                                                        {"thu", thu}, {"fri", fri}, {"sat", sat},
                                                        {"sun", sun}};
    Calendar calendar = closed(json.at("tz").get<std::string>());
    for (const auto& [day, spans] : json.at("weekly").items())
        calendar.weekly.at(days.at(day)) = windows_of(spans);
    for (const auto& [day, spans] : json.at("exceptions").items()) {
        const auto date = std::chrono::floor<std::chrono::days>(at(day + "T00:00Z"));
        calendar.exceptions[date] = windows_of(spans);
    }
    return calendar;
}

std::vector<Pause> pauses_of(const Json& json) {
    std::vector<Pause> all;
    for (const Json& span : json)
        all.push_back({at(span.at(0).get<std::string>()),
                       span.at(1).is_null() ? std::nullopt
                                            : std::optional{at(span.at(1).get<std::string>())}});
    return all;
}

std::optional<Instant> due_in(const Json& vector) {
    if (vector.at("due").is_null()) return std::nullopt;
    return at(vector.at("due").get<std::string>());
}

#define REQUIRE_VECTORS(name)    \
    const auto name = vectors(); \
    if (name.empty()) GTEST_SKIP() << "no ../shared/trace/sla_vectors.jsonl beside the checkout"

TEST(SlaVectors, each_deadline_is_exact) {
    REQUIRE_VECTORS(all);
    EXPECT_GE(all.size(), 500U);
    for (const Json& vector : all) {
        const Calendar calendar = calendar_of(vector.at("calendar"));
        const Clock clock =
            with_pauses(started(calendar, at(vector.at("start").get<std::string>()),
                                std::chrono::seconds{vector.at("budget_s").get<std::int64_t>()}),
                        calendar, pauses_of(vector.at("pauses")));
        EXPECT_EQ(text(sla::due_of(clock)), text(due_in(vector))) << vector.at("id");
    }
}

// The other question asked of a calendar gives the same answer: what is open until due, without
// what was paused, is the budget.
TEST(SlaVectors, the_open_time_until_due_without_its_pauses_is_the_budget) {
    REQUIRE_VECTORS(all);
    for (const Json& vector : all) {
        const auto due = due_in(vector);
        if (!due) continue;
        const Calendar calendar = calendar_of(vector.at("calendar"));
        Span open =
            sla::open_time_between(calendar, at(vector.at("start").get<std::string>()), *due);
        for (const Pause& pause : pauses_of(vector.at("pauses")))
            open -= sla::open_time_between(calendar, pause.from,
                                           std::min(pause.to.value_or(*due), *due));
        EXPECT_EQ(open / 1s, vector.at("budget_s").get<std::int64_t>()) << vector.at("id");
        EXPECT_EQ(open % 1s, 0us) << vector.at("id");
    }
}

TEST(SlaVectors, a_deadline_without_pauses_is_the_sum_on_the_calendar) {
    REQUIRE_VECTORS(all);
    int asked = 0;
    for (const Json& vector : all) {
        if (!vector.at("pauses").empty()) continue;
        const Instant due = sla::add_open_time(
            calendar_of(vector.at("calendar")), at(vector.at("start").get<std::string>()),
            std::chrono::seconds{vector.at("budget_s").get<std::int64_t>()});
        EXPECT_EQ(text(due), text(due_in(vector))) << vector.at("id");
        ++asked;
    }
    EXPECT_GT(asked, 100);
}

TEST(SlaVectors, their_calendars_are_valid) {
    REQUIRE_VECTORS(all);
    for (const Json& vector : all) {
        const auto fault = sla::fault_of(calendar_of(vector.at("calendar")),
                                         at(vector.at("start").get<std::string>()));
        EXPECT_FALSE(fault) << vector.at("id") << ": " << fault->place << ": " << fault->detail;
    }
}

}  // namespace
