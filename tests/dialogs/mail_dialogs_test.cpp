// Every dialog beside this file, each against a listener of its own.
#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include <algorithm>
#include <set>

#include "tests/dialogs/mail_server.hpp"
#include "tests/dialogs/runner.hpp"

namespace dialogs {

using namespace connectors;
using namespace connectors::email;

MailServer::MailServer(MailListener::Options options) {
    MailSink sink;
    sink.is_ours = [](const std::string& address) { return address.ends_with("@desk.test"); };
    sink.deliver = [this](Envelope envelope, std::shared_ptr<const std::string> data,
                          std::function<void(std::vector<Receipt>)> done) {
        deliver(std::move(envelope), *data, done);
    };
    sink.observe = [](const std::string&) {};
    listener_ = std::make_unique<MailListener>(context_, std::move(options), std::move(sink));
    port_ = listener_->endpoint().port();
    thread_ = std::thread([this] { context_.run(); });
}

MailServer::~MailServer() {
    stop();
    wait_for_connections(0);
    context_.stop();
    thread_.join();
}

void MailServer::stop() {
    on_loop([this] { listener_->stop(); });
}

std::size_t MailServer::connections() {
    return on_loop([this] { return listener_->connections(); });
}

bool MailServer::wait_for_connections(std::size_t count) {
    const auto until = std::chrono::steady_clock::now() + patience;
    while (connections() != count)
        if (std::chrono::steady_clock::now() > until) return false;
    return true;
}

void MailServer::answer_next_with(std::vector<Receipt> receipts) {
    const std::lock_guard lock(mutex_);
    answers_.push_back(std::move(receipts));
}

std::vector<Mail> MailServer::mails() {
    const std::lock_guard lock(mutex_);
    return mails_;
}

void MailServer::deliver(Envelope envelope, const std::string& data,
                         const std::function<void(std::vector<Receipt>)>& done) {
    std::vector<Receipt> receipts(envelope.recipients.size(), Receipt::committed);
    {
        const std::lock_guard lock(mutex_);
        mails_.push_back({std::move(envelope), data});
        if (!answers_.empty()) {
            receipts = std::move(answers_.front());
            answers_.pop_front();
        }
    }
    boost::asio::post(context_, [done, receipts] { done(receipts); });
}

std::shared_ptr<boost::asio::ssl::context> self_signed(const std::string& host) {
    const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(EVP_EC_gen("P-256"),
                                                                  &EVP_PKEY_free);
    const std::unique_ptr<X509, decltype(&X509_free)> certificate(X509_new(), &X509_free);
    X509_set_version(certificate.get(), 2);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate.get()), 0);
    X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 3600);
    X509_NAME* name = X509_get_subject_name(certificate.get());
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>(host.c_str()), -1, -1, 0);
    X509_set_issuer_name(certificate.get(), name);
    X509_set_pubkey(certificate.get(), key.get());
    X509_sign(certificate.get(), key.get(), EVP_sha256());
    auto context =
        std::make_shared<boost::asio::ssl::context>(boost::asio::ssl::context::tls_server);
    SSL_CTX_use_certificate(context->native_handle(), certificate.get());
    SSL_CTX_use_PrivateKey(context->native_handle(), key.get());
    return context;
}

namespace {

std::vector<std::string> scripts() {
    std::vector<std::string> names;
    const auto folder = std::filesystem::path{SPORTELLO_SOURCE_DIR} / "tests" / "dialogs";
    for (const auto& entry : std::filesystem::directory_iterator(folder))
        if (entry.path().extension() == ".dlg") names.push_back(entry.path().stem());
    std::ranges::sort(names);
    return names;
}

class MailDialog : public testing::TestWithParam<std::string> {};

TEST_P(MailDialog, GoesAsWritten) {
    run_dialog(std::filesystem::path{SPORTELLO_SOURCE_DIR} / "tests" / "dialogs" /
               (GetParam() + ".dlg"));
}

INSTANTIATE_TEST_SUITE_P(All, MailDialog, testing::ValuesIn(scripts()),
                         [](const testing::TestParamInfo<std::string>& test) {
                             return test.param;
                         });

TEST(MailListenerStart, AnAddressInUseIsToldWithACure) {
    MailServer first({.endpoint = {boost::asio::ip::address_v4::loopback(), 0}, .host_name = "a"});
    try {
        MailServer second({.endpoint = {boost::asio::ip::address_v4::loopback(), first.port()},
                           .host_name = "b"});
        FAIL() << "two listeners on one port";
    } catch (const std::runtime_error& error) {
        EXPECT_NE(std::string{error.what()}.find(std::to_string(first.port())), std::string::npos);
        EXPECT_NE(std::string{error.what()}.find("--smtp"), std::string::npos);
    }
}

}  // namespace
}  // namespace dialogs
