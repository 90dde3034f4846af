#include "connectors/email/imap_mailbox.hpp"

#include "connectors/email/imap_dates.hpp"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <sstream>

namespace connectors::email {

using boost::asio::awaitable;
constexpr auto as_error = boost::asio::as_tuple(boost::asio::use_awaitable);

namespace {

using namespace std::chrono_literals;

constexpr std::size_t sizes_at_once = 500;
constexpr std::size_t mails_at_once = 50;
constexpr std::uint64_t bytes_at_once = 4ULL * 1024 * 1024;  // held in memory; one mail may be more
constexpr std::chrono::seconds busy_pause_max{30};

// Waits for an answer that comes once, on the same loop.
template <class Value>
awaitable<Value> answer_of(boost::asio::any_io_executor executor,
                           std::function<void(std::function<void(Value)>)> ask) {
    struct Waiting {
        std::optional<Value> value;
        boost::asio::steady_timer came;
    };
    auto waiting =
        std::make_shared<Waiting>(Waiting{std::nullopt, boost::asio::steady_timer(executor)});
    waiting->came.expires_at(std::chrono::steady_clock::time_point::max());
    ask([waiting](Value value) {
        waiting->value = std::move(value);
        waiting->came.cancel();
    });
    while (!waiting->value) co_await waiting->came.async_wait(as_error);
    co_return std::move(*waiting->value);
}

}  // namespace

std::string text_of(const MailboxCursor& cursor) {
    return std::to_string(cursor.validity) + " " + std::to_string(cursor.last_uid) + " " +
           std::to_string(cursor.since_day) + " " + std::to_string(cursor.by_date_until);
}

std::optional<MailboxCursor> cursor_from(std::string_view text) {
    MailboxCursor cursor;
    std::istringstream in{std::string{text}};
    in >> cursor.validity >> cursor.last_uid >> cursor.since_day;
    if (!in) return std::nullopt;
    in >> cursor.by_date_until;  // absent in the first form
    if (in.fail()) cursor.by_date_until = 0;
    return cursor;
}

// Policy: 5 seconds, doubled up to 5 minutes; an account that is refused 15 minutes, doubled up to
// 6 hours, so that nobody is locked out. Up to a quarter more, so that many do not come at once.
std::chrono::seconds mailbox_pause(ImapTrouble kind, unsigned failures, double jitter) {
    const bool refused = kind == ImapTrouble::refused;
    const std::chrono::seconds first = refused ? 15min : 5s;
    const std::chrono::seconds most = refused ? std::chrono::seconds{6h} : 5min;
    const auto doubled = first * (1U << std::min(failures == 0 ? 0 : failures - 1, 12U));
    const double pause = static_cast<double>(std::min(doubled, most).count());
    return std::chrono::seconds{static_cast<std::int64_t>(pause * (1 + jitter / 4))};
}

ImapMailbox::ImapMailbox(boost::asio::any_io_executor executor,
                         std::shared_ptr<boost::asio::ssl::context> tls, MailboxOptions options,
                         MailboxSink sink, std::optional<MailboxCursor> cursor)
    : executor_(std::move(executor)),
      tls_(std::move(tls)),
      options_(std::move(options)),
      sink_(std::move(sink)),
      cursor_(cursor),
      wait_(executor_) {}

void ImapMailbox::start() {
    boost::asio::co_spawn(
        executor_, [self = shared_from_this()] { return self->run(); }, boost::asio::detached);
}

void ImapMailbox::stop() {
    stopped_ = true;
    wait_.cancel();
    if (session_) session_->cut_off();
}

void ImapMailbox::tell(MailboxState state, std::string detail, std::chrono::seconds again_in) {
    health_.state = state;
    health_.detail = std::move(detail);
    health_.again_in = again_in;
    if (!stopped_) sink_.tell(health_);
}

awaitable<void> ImapMailbox::pause(std::chrono::seconds time) {
    wait_.expires_after(time);
    if (!stopped_) co_await wait_.async_wait(as_error);
}

awaitable<void> ImapMailbox::run() {
    const auto self = shared_from_this();
    while (!stopped_) {
        ImapTrouble kind = ImapTrouble::broken;
        std::string why;
        try {
            co_await serve();
        } catch (const ImapFailure& failure) {
            // A token that was good before says nothing about the account: a new one will.
            kind = std::exchange(token_used_before_, false) ? ImapTrouble::broken : failure.kind;
            why = failure.what();
        } catch (const std::exception& error) {
            why = error.what();
        }
        session_.reset();
        if (stopped_) co_return;
        const auto again = mailbox_pause(kind, ++failures_, sink_.jitter());
        tell(kind == ImapTrouble::refused ? MailboxState::refused : MailboxState::failing, why,
             again);
        co_await pause(again);
    }
}

awaitable<void> ImapMailbox::serve() {
    tell(MailboxState::connecting);
    ImapAccount account = options_.account;
    if (sink_.access_token) {
        OauthReply reply = co_await token();
        if (reply.access_token.empty())
            throw ImapFailure(reply.refused ? ImapTrouble::refused : ImapTrouble::broken,
                              reply.why + (reply.refused ? "; connect the mailbox again" : ""));
        account.access_token = std::move(reply.access_token);
        token_used_before_ = reply.used_before;
    }
    session_ = co_await ImapSession::open(std::move(account), tls_, options_.limits);
    after_gap_ = cursor_.has_value();  // what is there at the very first is old, not late
    co_await open_folder();
    while (!stopped_) {
        co_await read_new();
        after_gap_ = false;
        failures_ = 0;
        tell(MailboxState::waiting, complaint_);
        // What came while mails were taken was told already: it will not be told again.
        if (session_->take_news()) continue;
        bool waited = false;
        if (session_->offers("IDLE")) waited = co_await session_->idle(options_.idle_most);
        if (!waited) co_await pause(options_.poll);
    }
}

awaitable<OauthReply> ImapMailbox::token() {
    return answer_of<OauthReply>(executor_, sink_.access_token);
}

awaitable<Receipt> ImapMailbox::receipt(std::function<void(std::function<void(Receipt)>)> ask) {
    return answer_of<Receipt>(executor_, std::move(ask));
}

awaitable<void> ImapMailbox::open_folder() {
    std::uint32_t validity = 0, next_uid = 0;
    const auto note = [&validity, &next_uid](const ImapResponse& response) {
        const auto number = [&response](const char* name) {
            const auto code = response_code(response, name);
            return code ? static_cast<std::uint32_t>(std::strtoul(code->c_str(), nullptr, 10)) : 0;
        };
        if (const auto value = number("UIDVALIDITY"); value != 0) validity = value;
        if (const auto value = number("UIDNEXT"); value != 0) next_uid = value;
    };
    ImapSession::Handle handle = [&note](ImapResponse response) -> awaitable<void> {
        note(response);
        co_return;
    };
    std::string select = "SELECT " + imap_mailbox_name(options_.folder);
    co_await session_->command(std::move(select), handle);
    if (validity == 0) throw ImapFailure(ImapTrouble::broken, "the server gives no UIDVALIDITY");
    if (cursor_ && cursor_->validity == validity) co_return;
    const bool known = cursor_.has_value();
    MailboxCursor begin{validity, 0, known ? cursor_->since_day : 0, 0};
    if (!known && !options_.from_start) {
        begin.since_day = sink_.today();
        begin.last_uid = next_uid == 0 ? 0 : next_uid - 1;
    }
    if (known && begin.since_day != 0 && next_uid > 1) begin.by_date_until = next_uid - 1;
    co_await keep_cursor(begin);
}

awaitable<void> ImapMailbox::keep_cursor(MailboxCursor cursor) {
    const auto keep = [this, &cursor](std::function<void(Receipt)> done) {
        sink_.keep_cursor(text_of(cursor), std::move(done));
    };
    if (co_await receipt(keep) != Receipt::committed)
        throw ImapFailure(ImapTrouble::broken, "the store is busy");
    cursor_ = cursor;
}

awaitable<ImapMailbox::Uids> ImapMailbox::new_uids() {
    std::string search = "UID SEARCH UID " + std::to_string(cursor_->last_uid + 1) + ":*";
    if (cursor_->by_date_until != 0) search += " SINCE " + imap_date(cursor_->since_day);
    Uids uids;
    ImapSession::Handle handle = [&uids](ImapResponse response) -> awaitable<void> {
        const Uids some = searched(response);
        uids.insert(uids.end(), some.begin(), some.end());
        co_return;
    };
    co_await session_->command(std::move(search), handle);
    std::ranges::sort(uids);
    // "n:*" means the newest mail even if its UID is below n.
    std::erase_if(uids, [this](std::uint32_t uid) { return uid <= cursor_->last_uid; });
    co_return uids;
}

awaitable<void> ImapMailbox::read_new() {
    session_->take_news();
    const Uids uids = co_await new_uids();
    if (uids.size() > mails_at_once) tell(MailboxState::reading);
    for (std::size_t at = 0; at < uids.size() && !stopped_; at += sizes_at_once) {
        Uids some(
            uids.begin() + static_cast<std::ptrdiff_t>(at),
            uids.begin() + static_cast<std::ptrdiff_t>(std::min(uids.size(), at + sizes_at_once)));
        co_await take(std::move(some));
    }
    if (cursor_->by_date_until == 0 || stopped_) co_return;
    MailboxCursor done = *cursor_;
    done.last_uid = std::max(done.last_uid, std::exchange(done.by_date_until, 0));
    co_await keep_cursor(done);
}

// Groups of bounded size, in order; what is too large stands alone.
awaitable<void> ImapMailbox::take(Uids uids) {
    known_.clear();
    ImapSession::Handle handle = [this](ImapResponse response) -> awaitable<void> {
        if (auto mail = fetched_mail(response); mail && mail->size) known_[mail->uid] = *mail;
        co_return;
    };
    const std::string thread = session_->offers("X-GM-EXT-1") ? " X-GM-THRID" : "";
    std::string fetch =
        "UID FETCH " + uid_set(uids) + " (UID RFC822.SIZE INTERNALDATE" + thread + ")";
    co_await session_->command(std::move(fetch), handle);
    Uids group;
    std::uint64_t bytes = 0;
    for (const std::uint32_t uid : uids) {
        const auto known = known_.find(uid);
        if (known == known_.end()) continue;  // gone meanwhile
        const std::uint64_t size = *known->second.size;
        const bool large = size > options_.limits.mail_bytes_max;
        const bool full = group.size() >= mails_at_once || bytes + size > bytes_at_once;
        if (!group.empty() && (large || full)) {
            co_await take_group(std::exchange(group, {}));
            bytes = 0;
        }
        if (stopped_) co_return;
        if (large) {
            co_await take_too_large(uid, size);
            continue;
        }
        group.push_back(uid);
        bytes += size;
    }
    if (!group.empty()) co_await take_group(std::move(group));
}

awaitable<ImapMailbox::Bodies> ImapMailbox::bodies(Uids uids, std::string part) {
    Bodies found;
    ImapSession::Handle handle = [&found, &uids](ImapResponse response) -> awaitable<void> {
        auto mail = fetched_mail(response);
        // A change of flags is told in the same form.
        if (mail && std::ranges::find(uids, mail->uid) != uids.end() && !found[mail->uid])
            found[mail->uid] = std::move(mail->body);
        co_return;
    };
    std::string fetch = "UID FETCH " + uid_set(uids) + " (UID BODY.PEEK[" + part + "])";
    co_await session_->command(std::move(fetch), handle);
    co_return found;
}

// Policy: one mail that the server cannot give must not keep the others back.
awaitable<void> ImapMailbox::take_group(Uids uids) {
    Bodies mails;
    std::string refused;
    try {
        mails = co_await bodies(uids, "");
    } catch (const ImapFailure& failure) {
        if (failure.kind != ImapTrouble::answered) throw;
        refused = failure.what();
    }
    if (!refused.empty() && uids.size() == 1) {
        co_await take_broken(uids.front(), refused);
        co_return;
    }
    if (!refused.empty()) {
        for (const std::uint32_t uid : uids) co_await take_group(Uids{uid});
        co_return;
    }
    for (auto& [uid, raw] : mails) {
        if (stopped_) co_return;
        if (!raw) {
            co_await take_broken(uid, "it sent no text, or more than it had said");
            continue;
        }
        const FetchedMail& known = known_[uid];
        const MailboxMail mail{
            .raw = std::move(*raw),
            .thread = known.gmail_thread.empty() ? "" : "gmail-thread:" + known.gmail_thread,
            .arrived = known.arrived,
            .after_gap = after_gap_};
        co_await hand_over(uid, [this, &mail](std::string cursor, auto done) {
            sink_.deliver(mail, std::move(cursor), std::move(done));
        });
    }
    Uids taken;
    for (const auto& [uid, raw] : mails)
        if (raw) taken.push_back(uid);
    if (!taken.empty()) co_await after_intake(std::move(taken));
}

awaitable<void> ImapMailbox::take_broken(std::uint32_t uid, std::string why) {
    co_await hand_over(uid, [this, &why](std::string cursor, auto done) {
        sink_.quarantine("", "the mail server could not give this mail: " + why, std::move(cursor),
                         std::move(done));
    });
}

awaitable<void> ImapMailbox::take_too_large(std::uint32_t uid, std::uint64_t size) {
    auto headers = co_await bodies(Uids{uid}, "HEADER");
    const std::string reason = "the mail has " + std::to_string(size) +
                               " bytes, more than [email] message_bytes_max (" +
                               std::to_string(options_.limits.mail_bytes_max) +
                               "); its header is kept here, the mail itself stays in the mailbox";
    co_await hand_over(uid, [&](std::string cursor, auto done) {
        sink_.quarantine(headers[uid].value_or(""), reason, std::move(cursor), std::move(done));
    });
}

// Until it is committed: the store may be busy or away, the mail waits.
awaitable<void> ImapMailbox::hand_over(
    std::uint32_t uid, std::function<void(std::string, std::function<void(Receipt)>)> give) {
    MailboxCursor next = *cursor_;
    next.last_uid = uid;
    for (std::chrono::seconds again{1}; !stopped_; again = std::min(again * 2, busy_pause_max)) {
        const auto ask = [&give, &next](std::function<void(Receipt)> done) {
            give(text_of(next), std::move(done));
        };
        if (co_await receipt(ask) == Receipt::committed) {
            cursor_ = next;
            ++health_.mails;
            co_return;
        }
        co_await pause(again);
    }
}

awaitable<void> ImapMailbox::after_intake(Uids uids) {
    const std::string set = uid_set(uids);
    std::vector<std::string> commands;
    const std::string deleted = "UID STORE " + set + " +FLAGS.SILENT (\\Deleted)";
    // Without UIDPLUS an expunge would take along what somebody else has marked.
    const bool expunges = session_->offers("UIDPLUS");
    if (options_.after == AfterIntake::mark_seen)
        commands = {"UID STORE " + set + " +FLAGS.SILENT (\\Seen)"};
    if (options_.after == AfterIntake::move && session_->offers("MOVE"))
        commands = {"UID MOVE " + set + " " + imap_mailbox_name(options_.move_to)};
    else if (options_.after == AfterIntake::move)
        commands = {"UID COPY " + set + " " + imap_mailbox_name(options_.move_to), deleted};
    if (options_.after == AfterIntake::remove) commands = {deleted};
    if (commands.size() > 0 && commands.back() == deleted && expunges)
        commands.push_back("UID EXPUNGE " + set);
    try {
        for (std::string& command : commands) co_await session_->command(std::move(command));
        complaint_.clear();
    } catch (const ImapFailure& failure) {
        // The mails are safe; what is left in the mailbox is for a person to see.
        if (failure.kind != ImapTrouble::answered) throw;
        complaint_ = "mails are taken but stay in the mailbox: " + std::string{failure.what()};
    }
}

}  // namespace connectors::email
