#include "bench/support/mail_source.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>
#include <utility>

namespace bench {
namespace {

constexpr std::size_t mail_bytes = 4096;
constexpr std::uint64_t senders = 2000;
constexpr std::size_t line_bytes_max = 200;

// The lines of a mail's body that can stand in a plain ASCII mail; no line begins with a dot.
std::string body_of(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    std::string body;
    bool in_header = true;
    for (std::string line; std::getline(in, line) && body.size() < mail_bytes;) {
        if (!line.empty() && line.back() == '\r') line.pop_back();
        if (std::exchange(in_header, in_header && !line.empty())) continue;
        const bool plain = std::all_of(line.begin(), line.end(),
                                       [](char c) { return c == '\t' || (c >= ' ' && c <= '~'); });
        if (plain && line.size() <= line_bytes_max && !line.starts_with('.')) body += line + "\r\n";
    }
    return body;
}

}  // namespace

std::optional<MailSource> MailSource::open() {
    const std::filesystem::path corpus =
        std::filesystem::path{SPORTELLO_SOURCE_DIR} / ".." / "shared" / "corpus";
    if (!std::filesystem::exists(corpus)) {
        std::cout << "skipped: the corpus of mails does not stand beside the checkout\n";
        return std::nullopt;
    }
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(corpus))
        if (entry.path().extension() == ".eml") files.push_back(entry.path());
    std::sort(files.begin(), files.end());  // the same mails in every run
    MailSource source;
    for (const auto& file : files) {
        std::string body = body_of(file);
        if (body.size() < 200) continue;
        while (body.size() < mail_bytes) body += std::string{body};
        source.bodies_.push_back(std::move(body));
    }
    if (source.bodies_.empty()) {
        std::cout << "skipped: the corpus of mails is empty\n";
        return std::nullopt;
    }
    return source;
}

Mail MailSource::make(std::uint64_t number) const {
    const std::string id = std::to_string(number);
    const std::string person = std::to_string(number * 7919 % senders);
    Mail mail;
    mail.sender = "customer" + person + "@example.com";
    mail.subject = "Question " + id + " about my order";
    mail.bytes =
        "Received: from mail.example.com (mail.example.com [192.0.2.7])\r\n"
        "\tby mx.example.org with ESMTPS id " +
        id +
        "; Sat, 21 Nov 2026 09:30:00 +0000\r\n"
        "From: Customer " +
        person + " <" + mail.sender +
        ">\r\n"
        "To: Support <support@demo.localhost>\r\nSubject: " +
        mail.subject +
        "\r\n"
        "Date: Sat, 21 Nov 2026 09:30:00 +0000\r\n"
        "Message-ID: <bench." +
        id +
        "@example.com>\r\nMIME-Version: 1.0\r\n"
        "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 7bit\r\n\r\n";
    const std::string& body = bodies_[number % bodies_.size()];
    mail.bytes.append(body, 0, mail_bytes - mail.bytes.size());
    // A cut may fall between CR and LF.
    if (mail.bytes.back() == '\r') mail.bytes.pop_back();
    mail.bytes += "\r\n.\r\n";
    return mail;
}

}  // namespace bench
