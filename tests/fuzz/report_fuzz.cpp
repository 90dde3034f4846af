#include "connectors/email/report.hpp"

#include <algorithm>

#include "connectors/email/header_text.hpp"
#include "connectors/email/mime.hpp"
#include "connectors/email/reply_trim.hpp"
#include "connectors/email/report_text.hpp"
#include "fuzz.hpp"

using namespace connectors;
using namespace connectors::email;

namespace {

bool is_status(const std::string& status) {
    return status.empty() ||
           (std::ranges::count(status, '.') == 2 && status.size() >= 5 && status.size() <= 9 &&
            status.find_first_not_of("0123456789.") == std::string::npos &&
            std::string_view{"245"}.find(status.front()) != std::string_view::npos);
}

void check_report(const ReportParts& parts) {
    const auto report = read_report(parts);
    promise(!report || parts.report_type != "disposition-notification");
    if (!report) return;
    promise(!report->recipients.empty() && report->recipients.size() <= 100);
    for (const ReportedRecipient& one : report->recipients) {
        promise(lower(one.address) == one.address);
        promise(is_status(one.status));
    }
    promise(report->external_ids.size() <= 10);
    for (const std::string& id : report->external_ids) promise(!id.empty());
}

// What is left are lines of the text, in their order, of which the last may be cut.
void check_trimmed(std::string_view text, const std::string& trimmed) {
    promise(trimmed.size() <= text.size());
    std::size_t at = 0;
    for (std::string_view rest = trimmed; !rest.empty();) {
        const auto end = std::min(rest.find('\n'), rest.size());
        const std::string_view line = rest.substr(0, end);
        at = text.find(line, at);
        promise(at != std::string_view::npos);
        at += line.size();
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
}

void check_text(std::string_view text) {
    const std::string reply = trim_reply(text);
    const std::string visible = without_history(text);
    check_trimmed(text, visible);
    check_trimmed(visible, reply);
    promise(reply.empty() == (text.find_first_not_of(" \t\r\n") == std::string_view::npos));
    for (const bool delete_space : {false, true}) {
        const auto lines = static_cast<std::size_t>(std::ranges::count(text, '\n')) + 1;
        promise(unflow(text, delete_space).size() <= text.size() + lines);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    // In the order of the fields of `ReportParts`.
    const auto [fields, type, status, feedback, text, original] = parts_of<6>(text_of(data, size));
    ReportParts parts{.fields = header_fields(fields),
                      .envelope_sender = fields.starts_with('x') ? "a@b.test" : "<>",
                      .report_type = type,
                      .delivery_status = status,
                      .feedback = feedback,
                      .text = text,
                      .original = original,
                      .original_is_part = !original.empty()};
    check_report(parts);
    const AutomaticSigns signs = automatic_signs(parts.fields, parts.envelope_sender);
    promise(!signs.automatic || !signs.answerable);
    promise(signs.automatic || parts.envelope_sender != "<>");
    check_text(text_of(data, size));
    check_text(text);
    promise(address_in(text).size() <= text.size());
    return 0;
}
