// Zones as values, and their door to the system's data, compared with the C library.
#include "hub/runtime/zones.hpp"

#include <gtest/gtest.h>

#include <random>
#include <regex>

#include "minute_oracle.hpp"
#include "promises.hpp"

namespace {

using namespace pure;
using sla::Edge;
using sla::LocalTime;

// Among them half an hour of summer time, quarters of an hour, a date that was left out, a second
// change within the year, and summer time that moves the clock back.
constexpr std::array names = {"Europe/Rome",
                              "America/New_York",
                              "Australia/Sydney",
                              "Asia/Kolkata",
                              "America/St_Johns",
                              "Africa/Casablanca",
                              "UTC",
                              "Asia/Kathmandu",
                              "Australia/Lord_Howe",
                              "Pacific/Apia",
                              "Europe/Dublin",
                              "America/Sao_Paulo",
                              "Pacific/Kiritimati"};

std::int64_t seconds_of(Instant instant) {
    return std::chrono::floor<std::chrono::seconds>(instant).time_since_epoch().count();
}

LocalTime on_the_wall(const std::string& written) {
    return LocalTime{at(written + "Z").time_since_epoch()};
}

Instant shown_at(const sla::Zone& zone, const std::string& local, Edge edge) {
    return sla::instant_of(zone, on_the_wall(local), edge);
}

TEST(Zones, show_what_the_c_library_shows_from_2000_to_2037) {
    for (const char* name : names) {
        const LibraryZone library(name);
        const sla::Zone& zone = pure::zone(name);
        for (Instant when = at("2000-01-01T00:00Z"); when < at("2037-12-31T00:00Z"); when += 3h) {
            const Span offset =
                sla::local_time(zone, when).time_since_epoch() - when.time_since_epoch();
            ASSERT_EQ(offset / 1s, library.offset_seconds(seconds_of(when)))
                << name << " " << text(when);
        }
    }
}

TEST(Zones, change_at_the_very_second_of_the_c_library) {
    for (const char* name : names) {
        const LibraryZone library(name);
        const sla::Zone& zone = pure::zone(name);
        std::int32_t before = zone.offset_seconds;
        Instant last = at("2000-01-01T00:00Z");
        for (const sla::ZoneChange& change : zone.changes) {
            EXPECT_GT(change.at, last) << name;
            EXPECT_NE(change.offset_seconds, before) << name << ": a change that changes nothing";
            EXPECT_EQ(library.offset_seconds(seconds_of(change.at) - 1), before) << name;
            EXPECT_EQ(library.offset_seconds(seconds_of(change.at)), change.offset_seconds) << name;
            last = change.at;
            before = change.offset_seconds;
        }
    }
    EXPECT_EQ(pure::zone("Europe/Rome").changes.size(), 2U * 38U);
    EXPECT_TRUE(pure::zone("UTC").changes.empty());
    EXPECT_TRUE(pure::zone("Asia/Kolkata").changes.empty());
}

TEST(Zones, carry_their_name_and_the_version_of_their_data) {
    const sla::Zone& zone = pure::zone("Europe/Rome");
    EXPECT_EQ(zone.name, "Europe/Rome");
    EXPECT_EQ(zone.data_version, runtime::zone_data_version());
    EXPECT_TRUE(std::regex_match(zone.data_version, std::regex(R"(\d{4}[a-z]+|unknown)")))
        << zone.data_version;
    EXPECT_EQ(pure::zone("Asia/Calcutta").name, "Asia/Calcutta") << "an older name is a name";
}

TEST(Zones, the_system_knows_no_rubbish) {
    for (const char* name : {"", "Europe/Rom", "europe/rome ", "../../etc/passwd", "/etc/localtime",
                             "+01:00", "Europe/Rome\n", "tzdata.zi"})
        EXPECT_FALSE(runtime::load_zone(name)) << name;
}

TEST(Zones, later_instants_keep_the_last_offset) {
    const sla::Zone& zone = pure::zone("Europe/Rome");
    EXPECT_EQ(sla::local_time(zone, at("2050-07-01T12:00Z")), on_the_wall("2050-07-01T13:00"));
    EXPECT_EQ(text(shown_at(zone, "2050-07-01T13:00", Edge::opening)),
              text(at("2050-07-01T12:00Z")));
}

TEST(Zones, an_instant_goes_to_the_wall_and_back) {
    std::mt19937_64 generator{4};
    for (const char* name : names) {
        const sla::Zone& zone = pure::zone(name);
        for (int round = 0; round < 2000; ++round) {
            const Instant when =
                at("2000-01-02T00:00Z") + Span{generator() % 1'190'000'000'000'000};
            const LocalTime local = sla::local_time(zone, when);
            const Instant first = sla::instant_of(zone, local, Edge::opening);
            const Instant second = sla::instant_of(zone, local, Edge::closing);
            EXPECT_TRUE(when == first || when == second) << name << " " << text(when);
            EXPECT_LE(first, second);
            EXPECT_EQ(sla::local_time(zone, first), local) << name << " " << text(when);
            EXPECT_EQ(sla::local_time(zone, second), local) << name << " " << text(when);
        }
    }
}

TEST(Zones, S4_a_time_that_does_not_exist_is_the_instant_of_the_change) {
    const sla::Zone& rome = pure::zone("Europe/Rome");
    for (const Edge edge : {Edge::opening, Edge::closing}) {
        for (const char* skipped :
             {"2026-03-29T02:00", "2026-03-29T02:30", "2026-03-29T02:59:59.999999"})
            EXPECT_EQ(text(shown_at(rome, skipped, edge)), text(at("2026-03-29T01:00Z")));
        EXPECT_EQ(text(shown_at(rome, "2026-03-29T01:59:59.999999", edge)),
                  text(at("2026-03-29T00:59:59.999999Z")));
        EXPECT_EQ(text(shown_at(rome, "2026-03-29T03:00", edge)), text(at("2026-03-29T01:00Z")));
        EXPECT_EQ(text(shown_at(rome, "2026-03-29T03:00:00.000001", edge)),
                  text(at("2026-03-29T01:00:00.000001Z")));
    }
}

TEST(Zones, S4_a_time_that_occurs_twice_is_the_first_to_open_and_the_second_to_close) {
    const sla::Zone& rome = pure::zone("Europe/Rome");
    for (const char* time : {"02:00:00", "02:30:00", "02:59:59.999999"}) {
        const std::string local = std::string{"2026-10-25T"} + time;
        EXPECT_EQ(text(shown_at(rome, local, Edge::opening)), text(at(local + "+02:00")));
        EXPECT_EQ(text(shown_at(rome, local, Edge::closing)), text(at(local + "+01:00")));
    }
    for (const Edge edge : {Edge::opening, Edge::closing}) {
        EXPECT_EQ(text(shown_at(rome, "2026-10-25T01:59:59.999999", edge)),
                  text(at("2026-10-25T01:59:59.999999+02:00")));
        EXPECT_EQ(text(shown_at(rome, "2026-10-25T03:00", edge)),
                  text(at("2026-10-25T03:00+01:00")));
    }
}

// Samoa left out 30 December 2011: the whole date is the instant of the change.
TEST(Zones, S4_a_date_that_was_left_out) {
    const sla::Zone& apia = pure::zone("Pacific/Apia");
    for (const char* time : {"00:00", "12:00", "23:59"})
        EXPECT_EQ(text(shown_at(apia, std::string{"2011-12-30T"} + time, Edge::opening)),
                  text(at("2011-12-30T10:00Z")));
    EXPECT_EQ(text(shown_at(apia, "2011-12-29T23:59", Edge::closing)),
              text(at("2011-12-30T09:59Z")));
    EXPECT_EQ(text(shown_at(apia, "2011-12-31T00:00", Edge::opening)),
              text(at("2011-12-30T10:00Z")));
}

TEST(Zones, S4_half_an_hour_of_summer_time) {
    const sla::Zone& lord_howe = pure::zone("Australia/Lord_Howe");
    EXPECT_EQ(text(shown_at(lord_howe, "2025-04-06T01:45", Edge::opening)),
              text(at("2025-04-06T01:45+11:00")));
    EXPECT_EQ(text(shown_at(lord_howe, "2025-04-06T01:45", Edge::closing)),
              text(at("2025-04-06T01:45+10:30")));
    EXPECT_EQ(text(shown_at(lord_howe, "2025-10-05T02:15", Edge::opening)),
              text(at("2025-10-05T02:00+10:30")));
}

}  // namespace
