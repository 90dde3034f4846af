#include "connectors/email/mail_sender.hpp"

#include <array>
#include <cstring>

#include "connectors/email/header_text.hpp"
#include "connectors/email/recipients.hpp"

namespace connectors::email {

struct MailSender::Transfer {
    std::string sender;
    std::vector<RecipientOutcome> recipients;
    std::size_t next = 0;
    std::string bytes;
    std::size_t sent = 0;
    std::string access_token;
    std::function<void(Outcome)> done;
    CURL* easy = nullptr;
    curl_slist* recipient = nullptr;
    std::array<char, CURL_ERROR_SIZE> error{};
    std::string last_reply;

    ~Transfer() {
        curl_slist_free_all(recipient);
        curl_easy_cleanup(easy);
    }
};

namespace {

std::size_t on_header(char* data, std::size_t size, std::size_t count, void* context) {
    auto& refusal = *static_cast<std::string*>(context);
    std::string line(data, size * count);
    while (!line.empty() && (line.back() == '\n' || line.back() == '\r')) line.pop_back();
    // A refusal, and not the farewell after it.
    if (line.starts_with('4') || line.starts_with('5')) refusal = std::move(line);
    return size * count;
}

constexpr long login_refused = 535;
constexpr long challenge_unanswered = 334;  // as the last word
constexpr long closing = 421;

bool is_login_refused(CURLcode result, long code) {
    return result == CURLE_LOGIN_DENIED || code == login_refused || code == challenge_unanswered;
}

// Nobody else will get through either.
bool ends_the_attempt(CURLcode result, long code) {
    return is_login_refused(result, code) || code < 400 || code == closing;
}

// An address is a word of the SMTP command: what would end the word must not get that far.
void refuse_unsendable(std::vector<RecipientOutcome>& recipients) {
    for (RecipientOutcome& one : recipients)
        if (!is_sendable(one.address)) {
            one.kind = OutcomeKind::permanent;
            one.reason = "this is no mail address; correct it and send again";
        }
}

void record(RecipientOutcome& recipient, const Outcome& outcome) {
    recipient.kind = outcome.kind;
    recipient.reason = outcome.reason;
    if (outcome.kind == OutcomeKind::unknown) ++recipient.unknown;
}

}  // namespace

Outcome outcome_of(CURLcode result, long code, const std::string& detail) {
    if (result == CURLE_OK) return {OutcomeKind::sent, {}};
    if (is_login_refused(result, code))
        return {OutcomeKind::transient,
                "the relay refused the login: check [email] relay_user and password"};
    if (code >= 500 && code < 600)
        return {OutcomeKind::permanent, "the relay refused the mail: " + detail};
    if (code >= 400) return {OutcomeKind::transient, "the relay asks to come back: " + detail};
    if (result == CURLE_COULDNT_CONNECT || result == CURLE_COULDNT_RESOLVE_HOST)
        return {OutcomeKind::transient, "the relay cannot be reached: " + detail};
    if (code == 354)
        return {OutcomeKind::unknown, "the connection broke while the mail was under way"};
    return {OutcomeKind::transient, "the mail was not taken: " + detail};
}

MailSender::MailSender(boost::asio::io_context& context, Relay relay, std::string host_name)
    : relay_(std::move(relay)), host_name_(std::move(host_name)), multi_(context.get_executor()) {}

MailSender::~MailSender() = default;

void MailSender::send(const Outbound& outbound, std::string bytes,
                      std::function<void(Outcome)> done) {
    auto transfer = std::make_shared<Transfer>();
    // Reports come to the envelope's sender: with the token they find their conversation. Nobody
    // shall report about, or answer, what a machine wrote (RFC 3834, section 3.3).
    if (!outbound.automatic)
        transfer->sender = outbound.reply_to.empty() ? outbound.from.value : outbound.reply_to;
    transfer->recipients = recipients_of(outbound);
    refuse_unsendable(transfer->recipients);
    transfer->bytes = std::move(bytes);
    transfer->done = std::move(done);
    if (relay_.access_token) return sign_in(std::move(transfer));
    next_recipient(std::move(transfer));
}

void MailSender::sign_in(std::shared_ptr<Transfer> transfer) {
    relay_.access_token([this, transfer](const OauthReply& reply) {
        transfer->access_token = reply.access_token;
        const char* cure = reply.refused ? "; set a new [email] relay_refresh_token" : "";
        if (!reply.access_token.empty()) return next_recipient(transfer);
        for (RecipientOutcome& recipient : transfer->recipients)
            if (!is_decided(recipient))
                record(recipient, {OutcomeKind::transient,
                                   "no access token for the relay: " + reply.why + cure});
        transfer->done(sum_up(std::move(transfer->recipients)));
    });
}

void MailSender::next_recipient(std::shared_ptr<Transfer> transfer) {
    auto& recipients = transfer->recipients;
    while (transfer->next < recipients.size() && is_decided(recipients[transfer->next]))
        ++transfer->next;
    if (transfer->next == recipients.size()) return transfer->done(sum_up(std::move(recipients)));
    set_up(*transfer);
    multi_.start(transfer->easy,
                 [this, transfer](CURLcode result) mutable { take(std::move(transfer), result); });
}

void MailSender::take(std::shared_ptr<Transfer> transfer, CURLcode result) {
    long code = 0;
    curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &code);
    const std::string detail = !transfer->last_reply.empty() && code >= 400
                                   ? transfer->last_reply
                                   : std::string{transfer->error.data()};
    const Outcome outcome = outcome_of(result, code, detail);
    if (is_login_refused(result, code) && relay_.forget_token) relay_.forget_token();
    record(transfer->recipients[transfer->next++], outcome);
    if (outcome.kind == OutcomeKind::transient && ends_the_attempt(result, code)) {
        for (; transfer->next < transfer->recipients.size(); ++transfer->next)
            if (!is_decided(transfer->recipients[transfer->next]))
                record(transfer->recipients[transfer->next], outcome);
    }
    next_recipient(std::move(transfer));
}

void MailSender::set_up(Transfer& transfer) {
    curl_easy_cleanup(transfer.easy);
    curl_slist_free_all(transfer.recipient);
    transfer.easy = curl_easy_init();
    transfer.sent = 0;
    transfer.last_reply.clear();
    const std::string recipient = "<" + transfer.recipients[transfer.next].address + ">";
    transfer.recipient = curl_slist_append(nullptr, recipient.c_str());
    CURL* easy = transfer.easy;
    curl_easy_setopt(easy, CURLOPT_URL, (relay_.url + "/" + host_name_).c_str());
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    curl_easy_setopt(easy, CURLOPT_MAIL_FROM, ("<" + transfer.sender + ">").c_str());
    curl_easy_setopt(easy, CURLOPT_MAIL_RCPT, transfer.recipient);
    curl_easy_setopt(easy, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_TIMEOUT, relay_.timeout_seconds);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT, relay_.timeout_seconds / 2 + 1);
    curl_easy_setopt(easy, CURLOPT_USE_SSL, relay_.require_tls ? CURLUSESSL_ALL : CURLUSESSL_TRY);
    if (!relay_.ca_file.empty()) curl_easy_setopt(easy, CURLOPT_CAINFO, relay_.ca_file.c_str());
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer.error.data());
    if (!relay_.user.empty()) curl_easy_setopt(easy, CURLOPT_USERNAME, relay_.user.c_str());
    if (!transfer.access_token.empty()) {
        curl_easy_setopt(easy, CURLOPT_XOAUTH2_BEARER, transfer.access_token.c_str());
        curl_easy_setopt(easy, CURLOPT_LOGIN_OPTIONS, "AUTH=XOAUTH2");
    } else if (!relay_.user.empty()) {
        curl_easy_setopt(easy, CURLOPT_PASSWORD, relay_.password.c_str());
    }
    curl_easy_setopt(easy, CURLOPT_READDATA, &transfer);
    curl_easy_setopt(
        easy, CURLOPT_READFUNCTION,
        +[](char* out, std::size_t size, std::size_t count, void* context) {
            auto& current = *static_cast<Transfer*>(context);
            const std::size_t take = std::min(size * count, current.bytes.size() - current.sent);
            std::memcpy(out, current.bytes.data() + current.sent, take);
            current.sent += take;
            return take;
        });
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, &on_header);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, &transfer.last_reply);
}

}  // namespace connectors::email
