#include "connectors/email/oauth_token.hpp"

#include <memory>

namespace connectors::email {
namespace {

constexpr long answer_seconds_max = 60;
constexpr std::size_t reply_bytes_max = 256 * 1024;

struct Exchange {
    std::string form;
    std::string reply;
    CURL* easy = curl_easy_init();
    ~Exchange() { curl_easy_cleanup(easy); }
};

std::size_t take(const char* bytes, std::size_t size, std::size_t count, void* into) {
    std::string& reply = static_cast<Exchange*>(into)->reply;
    if (reply.size() + size * count > reply_bytes_max) return 0;
    reply.append(bytes, size * count);
    return size * count;
}

}  // namespace

void refresh_token(net::CurlMulti& multi, const OauthGrant& grant, const std::string& ca_file,
                   std::function<void(OauthReply)> done) {
    auto exchange = std::make_shared<Exchange>();
    exchange->form = refresh_form(grant);
    CURL* easy = exchange->easy;
    curl_easy_setopt(easy, CURLOPT_URL, grant.token_url.c_str());
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "https,http");
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, exchange->form.c_str());
    curl_easy_setopt(easy, CURLOPT_TIMEOUT, answer_seconds_max);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    if (!ca_file.empty()) curl_easy_setopt(easy, CURLOPT_CAINFO, ca_file.c_str());
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, exchange.get());
    multi.start(easy, [exchange, done = std::move(done)](CURLcode code) {
        long status = 0;
        curl_easy_getinfo(exchange->easy, CURLINFO_RESPONSE_CODE, &status);
        if (code == CURLE_OK) return done(oauth_reply(status, exchange->reply));
        OauthReply reply;
        reply.why = std::string{"the token server does not answer: "} + curl_easy_strerror(code);
        done(reply);
    });
}

}  // namespace connectors::email
