// How long after its 250 a mail stands on a console's screen, at a steady rate of mails.
#include <iostream>
#include <unordered_map>

#include "bench/support/command_line.hpp"
#include "bench/support/console_client.hpp"
#include "bench/support/hub_process.hpp"
#include "bench/support/mail_sender.hpp"
#include "bench/support/statistics.hpp"

namespace {

using namespace bench;
constexpr double p99_ms_target = 50;
constexpr double last_frames_seconds_max = 5;

struct Seen {
    Clock::time_point due_at;
    Clock::time_point acknowledged_at;
    Clock::time_point shown_at;
};

class Stopwatch {
public:
    void due(const std::string& subject, Clock::time_point at) { mails_[subject].due_at = at; }
    void acknowledged(const std::string& subject) {
        mails_.at(subject).acknowledged_at = Clock::now();
    }

    // A frame may carry several mails' conversations; a mail counts by the first frame that carries
    // it.
    void frame(std::string_view text) {
        const auto now = Clock::now();
        static constexpr std::string_view mark = R"("subject":")";
        for (auto at = text.find(mark); at != std::string_view::npos;
             at = text.find(mark, at + 1)) {
            const auto begin = at + mark.size();
            const auto mail =
                mails_.find(std::string{text.substr(begin, text.find('"', begin) - begin)});
            if (mail == mails_.end() || mail->second.shown_at != Clock::time_point{}) continue;
            mail->second.shown_at = now;
            ++shown_;
        }
    }

    std::size_t shown() const { return shown_; }
    std::size_t size() const { return mails_.size(); }

    // Milliseconds, by the given start. A frame may overtake the 250: then the wait was none.
    std::vector<double> waits(Clock::time_point Seen::*from) const {
        std::vector<double> waits;
        for (const auto& [subject, seen] : mails_)
            if (seen.shown_at != Clock::time_point{})
                waits.push_back(std::max(
                    0.0,
                    std::chrono::duration<double, std::milli>(seen.shown_at - seen.*from).count()));
        return waits;
    }

private:
    std::unordered_map<std::string, Seen> mails_;
    std::size_t shown_ = 0;
};

// Mails become due by the clock, whether or not the hub keeps up: what waits for a free session is
// counted from its due time.
void send_at_rate(const CommandLine& flags, const HubProcess& hub, const MailSource& source,
                  ConsoleClient& console, Stopwatch& watch) {
    const auto total = flags["seconds"] * flags["rate"];
    const auto start = Clock::now();
    const auto due_at = [&](std::uint64_t number) {
        return start + std::chrono::microseconds{number * 1'000'000 / flags["rate"]};
    };
    std::uint64_t next = 0;
    MailPump pump;
    pump.connect(hub.lmtp_port(), hub.mail_address(), flags["connections"]);
    pump.turn_wait_ms = 1;
    pump.extra = console.descriptor();
    pump.on_extra = [&] {
        console.take_frames([&watch](std::string_view text) { watch.frame(text); });
    };
    pump.next = [&]() -> std::optional<Mail> {
        if (next == total || due_at(next) > Clock::now()) return std::nullopt;
        Mail mail = source.make(next);
        watch.due(mail.subject, due_at(next++));
        return mail;
    };
    pump.answered = [&](const MailSession& session) { watch.acknowledged(session.mail().subject); };
    pump.finished = [&] {
        if (next != total) return false;
        return watch.shown() == total || seconds_since(due_at(total)) > last_frames_seconds_max;
    };
    pump.run();
}

int run(const CommandLine& flags) {
    const auto source = MailSource::open();
    if (!source) return 0;
    HubProcess hub;
    const std::string token = hub.admin_token();
    ConsoleClient console(hub.http_port(), token, current_place(hub.http_port(), token));
    Stopwatch watch;
    send_at_rate(flags, hub, *source, console, watch);
    const auto told = watch.waits(&Seen::acknowledged_at);
    const auto whole = watch.waits(&Seen::due_at);
    const double p99 = percentile(told, 0.99);
    print_table("latency: " + std::to_string(flags["rate"]) + " mails/s by LMTP, one console",
                {{"mails shown / sent",
                  std::to_string(watch.shown()) + "/" + std::to_string(watch.size()), ""},
                 {"250 to frame, p50 ms", fixed(percentile(told, 0.5), 2), ""},
                 {"250 to frame, p99 ms", fixed(p99, 2), at_most(p99, p99_ms_target, 0)},
                 {"250 to frame, most ms", fixed(percentile(told, 1), 2), ""},
                 {"due to frame, p50 ms", fixed(percentile(whole, 0.5), 2), ""},
                 {"due to frame, p99 ms", fixed(percentile(whole, 0.99), 2), ""}});
    return watch.shown() == watch.size() ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
    const bench::CommandLine flags(argc, argv,
                                   {{"seconds", {10, "how long mails are sent"}},
                                    {"rate", {200, "mails per second"}},
                                    {"connections", {16, "LMTP connections"}}});
    try {
        return run(flags);
    } catch (const std::exception& error) {
        std::cerr << "latency: " << error.what() << "\n";
        return 1;
    }
}
