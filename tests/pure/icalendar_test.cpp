#include "sla/icalendar.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "promises.hpp"

namespace {

using namespace pure;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::string file(const std::vector<std::vector<std::string>>& events) {
    std::string text = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//holidays//IT\r\n";
    for (std::size_t i = 0; i < events.size(); ++i) {
        text +=
            "BEGIN:VEVENT\r\nUID:" + std::to_string(i) + "@test\r\nDTSTAMP:20250101T000000Z\r\n";
        for (const std::string& line : events[i]) text += line + "\r\n";
        text += "END:VEVENT\r\n";
    }
    return text + "END:VCALENDAR\r\n";
}

sla::HolidayProposals read(const std::string& text, int from = 2026, int to = 2026) {
    return sla::read_icalendar(text, std::chrono::year{from}, std::chrono::year{to});
}

// "2026-12-25 Natale"
std::vector<std::string> told(const sla::HolidayProposals& proposals) {
    std::vector<std::string> lines;
    for (const sla::Holiday& holiday : proposals.holidays)
        lines.push_back(text(Instant{std::chrono::sys_days{holiday.date}}).substr(0, 10) + " " +
                        holiday.name);
    return lines;
}

TEST(ICalendar, a_whole_day_is_proposed) {
    const auto proposals = read(file({{"DTSTART;VALUE=DATE:20261225", "SUMMARY:Natale"}}));
    EXPECT_THAT(told(proposals), ElementsAre("2026-12-25 Natale"));
    EXPECT_THAT(proposals.passed_over, IsEmpty());
}

// RFC 5545: the end of a whole-day event is the first day after it.
TEST(ICalendar, the_end_of_an_event_is_not_part_of_it) {
    EXPECT_THAT(told(read(file({{"DTSTART;VALUE=DATE:20261225", "DTEND;VALUE=DATE:20261226",
                                 "SUMMARY:Natale"}}))),
                ElementsAre("2026-12-25 Natale"));
    EXPECT_THAT(told(read(file({{"DTSTART;VALUE=DATE:20261224", "DTEND;VALUE=DATE:20261227",
                                 "SUMMARY:Feste"}}))),
                ElementsAre("2026-12-24 Feste", "2026-12-25 Feste", "2026-12-26 Feste"));
    EXPECT_THAT(
        told(read(file({{"DTSTART;VALUE=DATE:20260810", "DURATION:P2D", "SUMMARY:Chiusura"}}))),
        ElementsAre("2026-08-10 Chiusura", "2026-08-11 Chiusura"));
}

TEST(ICalendar, only_the_days_inside_the_years_asked_for) {
    const std::string turn =
        file({{"DTSTART;VALUE=DATE:20261230", "DTEND;VALUE=DATE:20270103", "SUMMARY:Ponte"}});
    EXPECT_THAT(told(read(turn, 2026, 2026)), ElementsAre("2026-12-30 Ponte", "2026-12-31 Ponte"));
    EXPECT_THAT(told(read(turn, 2027, 2027)), ElementsAre("2027-01-01 Ponte", "2027-01-02 Ponte"));
    EXPECT_THAT(told(read(turn, 2026, 2027)).size(), 4U);
    EXPECT_THAT(told(read(turn, 2024, 2025)), IsEmpty());
}

TEST(ICalendar, folded_lines_and_escaped_text_are_joined) {
    EXPECT_THAT(told(read(file({{"DTSTART;VALUE=DATE:20260406", "SUMMARY:Lunedì dell",
                                 " 'Angelo\\, detto ", "\tPasquetta"}}))),
                ElementsAre("2026-04-06 Lunedì dell'Angelo, detto Pasquetta"));
}

TEST(ICalendar, bare_line_feeds_are_read_too) {
    std::string text = file({{"DTSTART;VALUE=DATE:20261225", "SUMMARY:Natale"}});
    std::erase(text, '\r');
    EXPECT_THAT(told(read(text)), ElementsAre("2026-12-25 Natale"));
}

TEST(ICalendar, a_yearly_rule_gives_each_year) {
    const std::string text = file(
        {{"DTSTART;VALUE=DATE:19700602", "RRULE:FREQ=YEARLY", "SUMMARY:Festa della Repubblica"}});
    EXPECT_THAT(told(read(text, 2026, 2028)), ElementsAre("2026-06-02 Festa della Repubblica",
                                                          "2027-06-02 Festa della Repubblica",
                                                          "2028-06-02 Festa della Repubblica"));
}

TEST(ICalendar, a_rule_by_weekday_and_one_that_ends) {
    const std::string text =
        file({{"DTSTART;VALUE=DATE:20201126", "RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=4TH",
               "SUMMARY:Thanksgiving"},
              {"DTSTART;VALUE=DATE:20240315", "RRULE:FREQ=YEARLY;UNTIL=20260315", "SUMMARY:Ends"},
              {"DTSTART;VALUE=DATE:20250707", "RRULE:FREQ=YEARLY;COUNT=2", "SUMMARY:Twice"}});
    EXPECT_THAT(told(read(text, 2026, 2027)),
                ElementsAre("2026-03-15 Ends", "2026-07-07 Twice", "2026-11-26 Thanksgiving",
                            "2027-11-25 Thanksgiving"));
}

TEST(ICalendar, a_repeated_closure_of_several_days_keeps_its_length) {
    const std::string text = file({{"DTSTART;VALUE=DATE:20201224", "DTEND;VALUE=DATE:20201227",
                                    "RRULE:FREQ=YEARLY", "SUMMARY:Feste"}});
    EXPECT_THAT(told(read(text)),
                ElementsAre("2026-12-24 Feste", "2026-12-25 Feste", "2026-12-26 Feste"));
}

TEST(ICalendar, a_repetition_taken_out_is_not_proposed) {
    const std::string text = file({{"DTSTART;VALUE=DATE:20200815", "RRULE:FREQ=YEARLY",
                                    "EXDATE;VALUE=DATE:20260815", "SUMMARY:Ferragosto"}});
    EXPECT_THAT(told(read(text, 2025, 2027)),
                ElementsAre("2025-08-15 Ferragosto", "2027-08-15 Ferragosto"));
}

TEST(ICalendar, timed_events_are_passed_over_with_their_names) {
    const auto proposals =
        read(file({{"DTSTART:20261224T140000Z", "DTEND:20261224T180000Z", "SUMMARY:Brindisi"},
                   {"DTSTART;TZID=Europe/Rome:20261231T220000", "SUMMARY:Cenone"},
                   {"SUMMARY:No beginning"},
                   {"DTSTART;VALUE=DATE:20261225", "SUMMARY:Natale"}}));
    EXPECT_THAT(told(proposals), ElementsAre("2026-12-25 Natale"));
    EXPECT_THAT(proposals.passed_over,
                ElementsAre(HasSubstr("Brindisi"), HasSubstr("Cenone"), HasSubstr("No beginning")));
}

TEST(ICalendar, proposals_come_by_date_and_each_date_once) {
    EXPECT_THAT(told(read(file({{"DTSTART;VALUE=DATE:20261225", "SUMMARY:Natale"},
                                {"DTSTART;VALUE=DATE:20260101", "SUMMARY:Capodanno"},
                                {"DTSTART;VALUE=DATE:20261225", "SUMMARY:Christmas"},
                                {"DTSTART;VALUE=DATE:20261224", "DTEND;VALUE=DATE:20261227",
                                 "SUMMARY:Feste"}}))),
                ElementsAre("2026-01-01 Capodanno", "2026-12-24 Feste", "2026-12-25 Natale",
                            "2026-12-26 Feste"));
}

TEST(ICalendar, an_event_without_a_name_is_a_day_all_the_same) {
    EXPECT_THAT(told(read(file({{"DTSTART;VALUE=DATE:20261207"}}))), ElementsAre("2026-12-07 "));
}

TEST(ICalendar, a_cancelled_event_closes_nothing) {
    EXPECT_THAT(told(read(file({{"DTSTART;VALUE=DATE:20261207", "STATUS:CANCELLED",
                                 "SUMMARY:Sant'Ambrogio"}}))),
                IsEmpty());
}

// RFC 5545, 3.4: a file may hold several calendars.
TEST(ICalendar, every_calendar_of_a_file_is_read) {
    EXPECT_THAT(told(read(file({{"DTSTART;VALUE=DATE:20260101", "SUMMARY:Capodanno"}}) +
                          file({{"DTSTART;VALUE=DATE:20261225", "SUMMARY:Natale"}}))),
                ElementsAre("2026-01-01 Capodanno", "2026-12-25 Natale"));
}

TEST(ICalendar, a_byte_order_mark_is_no_obstacle) {
    EXPECT_THAT(
        told(read("\xEF\xBB\xBF" + file({{"DTSTART;VALUE=DATE:20261225", "SUMMARY:Natale"}}))),
        ElementsAre("2026-12-25 Natale"));
}

TEST(ICalendar, an_empty_calendar_proposes_nothing_and_complains_of_nothing) {
    const auto proposals = read(file({}));
    EXPECT_THAT(proposals.holidays, IsEmpty());
    EXPECT_THAT(proposals.passed_over, IsEmpty());
}

TEST(ICalendar, rubbish_is_refused_with_a_reason) {
    for (const std::string& rubbish :
         {std::string{}, std::string{"<html><body>404</body></html>"}, std::string{"\0\0\0", 3},
          std::string{"BEGIN:VEVENT\r\nDTSTART;VALUE=DATE:20261225\r\nEND:VEVENT\r\n"},
          std::string(100'000, 'x'), std::string{"BEGIN:"}}) {
        const auto proposals = read(rubbish);
        EXPECT_THAT(proposals.holidays, IsEmpty()) << rubbish.substr(0, 40);
        EXPECT_EQ(proposals.passed_over.size(), 1U) << rubbish.substr(0, 40);
    }
}

// Cut off anywhere, a file proposes no date that it does not name, and nothing breaks.
TEST(ICalendar, a_file_cut_off_proposes_nothing_new) {
    const std::string whole =
        file({{"DTSTART;VALUE=DATE:20260101", "SUMMARY:Capodanno"},
              {"DTSTART;VALUE=DATE:20251225", "RRULE:FREQ=YEARLY", "SUMMARY:Natale"}});
    for (std::size_t length = 0; length < whole.size(); ++length)
        for (const sla::Holiday& holiday : read(whole.substr(0, length)).holidays)
            EXPECT_TRUE(holiday.date == date(2026, 1, 1) || holiday.date == date(2026, 12, 25))
                << "cut at " << length;
}

TEST(ICalendar, dates_that_do_not_exist_are_not_proposed) {
    for (const char* start : {"DTSTART;VALUE=DATE:20261345", "DTSTART;VALUE=DATE:20260230",
                              "DTSTART;VALUE=DATE:tomorrow", "DTSTART;VALUE=DATE:"}) {
        const auto proposals = read(file({{start, "SUMMARY:Never"}}));
        EXPECT_THAT(proposals.holidays, IsEmpty()) << start;
        EXPECT_THAT(proposals.passed_over, Each(HasSubstr("Never"))) << start;
        EXPECT_EQ(proposals.passed_over.size(), 1U) << start;
    }
}

// Without its count such a rule would keep the reader busy for minutes.
TEST(ICalendar, a_rule_finer_than_days_is_passed_over) {
    for (const char* rule : {"RRULE:FREQ=SECONDLY;COUNT=100000", "RRULE:FREQ=MINUTELY;COUNT=3000",
                             "RRULE:FREQ=HOURLY;COUNT=100"}) {
        const auto proposals =
            read(file({{"DTSTART;VALUE=DATE:20260101", rule, "SUMMARY:Ticking"}}));
        EXPECT_THAT(proposals.holidays, IsEmpty()) << rule;
        EXPECT_THAT(proposals.passed_over, ElementsAre(HasSubstr("Ticking"))) << rule;
    }
}

// A daily event is no holiday; it must neither run for ever nor drown those that follow it.
TEST(ICalendar, an_event_of_every_day_does_not_hide_the_others) {
    const auto proposals =
        read(file({{"DTSTART;VALUE=DATE:20150101", "RRULE:FREQ=DAILY", "SUMMARY:Every day"},
                   {"DTSTART;VALUE=DATE:20361225", "SUMMARY:Natale"}}),
             2015, 2036);
    EXPECT_TRUE(std::ranges::any_of(proposals.holidays, [](const sla::Holiday& holiday) {
        return holiday.date == date(2036, 12, 25);
    }));
}

}  // namespace
