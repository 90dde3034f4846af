#include "connectors/email/mime.hpp"

#include "connectors/email/reply_trim.hpp"
#include "fuzz.hpp"

using namespace connectors;
using namespace connectors::email;

namespace {

constexpr MimeLimits limits{
    .header_bytes_max = 2048, .depth_max = 6, .parts_max = 20, .text_bytes_max = 4096};

void check(const Inbound& mail) {
    // `valid_utf8` changes exactly what is not UTF-8.
    for (const std::string& text : {mail.subject, mail.text, mail.html, mail.trimmed_text,
                                    mail.sender.name, mail.sender.value, mail.external_id})
        promise(valid_utf8(text) == text);
    promise(mail.html.size() <= limits.text_bytes_max);
    promise(mail.attachments.size() <= static_cast<std::size_t>(limits.parts_max));
    promise((mail.subject + mail.sender.name).find_first_of("\r\n") == std::string::npos);
    promise(!mail.receipt_key.empty() && !mail.sender.value.empty());
    for (const Attachment& attachment : mail.attachments) {
        promise(attachment.size == attachment.bytes->size());
        promise(!attachment.name.empty() && valid_utf8(attachment.name) == attachment.name);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    start_mime();
    const auto raw = std::make_shared<const std::string>(text_of(data, size));
    const Inbound mail =
        parse_mail(raw, {.sender = "a@b.test", .recipients = {"c@d.test"}}, limits);
    promise(*mail.raw == *raw);
    check(mail);
    promise(
        parse_mail(raw, {.sender = "a@b.test", .recipients = {"c@d.test"}}, limits).receipt_key ==
        mail.receipt_key);
    const std::string utf8 = valid_utf8(*raw);
    promise(valid_utf8(utf8) == utf8);
    (void)text_from_html(utf8);
    promise(utf8.find('\r') != std::string::npos || trim_reply(utf8).size() <= utf8.size());
    for (const std::string& id : message_ids(*raw)) promise(!id.empty());
    return 0;
}
