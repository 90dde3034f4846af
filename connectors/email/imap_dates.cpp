#include "connectors/email/imap_dates.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

namespace connectors::email {
namespace {

constexpr auto months = std::to_array<std::string_view>(
    {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"});

}  // namespace

std::string imap_date(std::int64_t days_since_1970) {
    const std::chrono::year_month_day date{
        std::chrono::sys_days{std::chrono::days{days_since_1970}}};
    return std::to_string(static_cast<unsigned>(date.day())) + "-" +
           std::string{months.at(static_cast<unsigned>(date.month()) - 1)} + "-" +
           std::to_string(static_cast<int>(date.year()));
}

std::optional<Instant> imap_instant(std::string_view text) {
    unsigned day = 0, hours = 0, minutes = 0, seconds = 0, zone = 0;
    int year = 0;
    std::array<char, 4> name{};
    char sign = 0;
    if (std::sscanf(std::string{text}.c_str(), " %2u-%3s-%4d %2u:%2u:%2u %c%4u", &day, name.data(),
                    &year, &hours, &minutes, &seconds, &sign, &zone) != 8)
        return std::nullopt;
    const auto month = std::ranges::find(months, std::string_view{name.data()}) - months.begin();
    const std::chrono::year_month_day date{std::chrono::year{year},
                                           std::chrono::month{static_cast<unsigned>(month) + 1},
                                           std::chrono::day{day}};
    if (!date.ok() || hours > 23 || minutes > 59 || seconds > 60 || (sign != '+' && sign != '-'))
        return std::nullopt;
    const int offset = static_cast<int>(zone / 100 * 60 + zone % 100);
    const std::chrono::minutes east{sign == '-' ? -offset : offset};
    return Instant{std::chrono::sys_days{date}.time_since_epoch() + std::chrono::hours{hours} +
                   std::chrono::minutes{minutes} + std::chrono::seconds{seconds} - east};
}

}  // namespace connectors::email
