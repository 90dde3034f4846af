#include "connectors/email/report.hpp"

#include <algorithm>
#include <array>
#include <span>

#include "connectors/email/header_text.hpp"
#include "connectors/email/report_text.hpp"

namespace connectors::email {
namespace {

constexpr std::size_t recipients_max = 100;
constexpr std::size_t reason_bytes_max = 500;

std::string field(const HeaderFields& fields, std::string_view name) {
    const auto found = std::ranges::find(fields, name, &HeaderFields::value_type::first);
    return found == fields.end() ? std::string{} : found->second;
}

// "rfc822; x@y" and "smtp; 550 no" are a kind and a value.
std::string after_kind(const std::string& value) {
    const auto semicolon = value.find(';');
    return std::string{trimmed(semicolon == std::string::npos
                                   ? std::string_view{value}
                                   : std::string_view{value}.substr(semicolon + 1))};
}

std::string recipient_address(const HeaderFields& group) {
    for (const char* name : {"final-recipient", "original-recipient", "x-actual-recipient"}) {
        const std::string value = after_kind(field(group, name));
        const std::string address = lower(address_in(value));
        if (!address.empty()) return address;
        if (!value.empty()) return lower(trimmed(value, " <>"));
    }
    return {};
}

ReportAction action_of(const std::string& word, const std::string& status) {
    if (word == "failed") return ReportAction::failed;
    if (word == "delayed") return ReportAction::delayed;
    if (word == "delivered" || word == "relayed" || word == "expanded")
        return ReportAction::delivered;
    if (status.starts_with('4')) return ReportAction::delayed;
    return status.starts_with('2') ? ReportAction::delivered : ReportAction::failed;
}

ReportedRecipient recipient_of(const HeaderFields& group) {
    ReportedRecipient recipient;
    recipient.address = recipient_address(group);
    recipient.status = status_in(field(group, "status"));
    recipient.action = action_of(lower(keyword_of(field(group, "action"))), recipient.status);
    recipient.reason = cut(after_kind(field(group, "diagnostic-code")), reason_bytes_max);
    return recipient;
}

// Servers disagree about blank lines; a second Final-Recipient begins a group all the same.
std::vector<HeaderFields> groups_of(const std::string& delivery_status) {
    std::vector<HeaderFields> groups(1);
    bool has_recipient = false;
    for (const auto& one : header_fields(delivery_status)) {
        const bool recipient = one.first == "final-recipient" && !one.second.empty();
        const bool next = one.first.empty() || (recipient && has_recipient);
        if (next && !groups.back().empty()) {
            groups.emplace_back();
            has_recipient = false;
        }
        has_recipient = has_recipient || recipient;
        if (!one.first.empty()) groups.back().push_back(one);
    }
    return groups;
}

std::vector<ReportedRecipient> listed_recipients(const std::string& delivery_status) {
    std::vector<ReportedRecipient> recipients;
    for (const HeaderFields& group : groups_of(delivery_status)) {
        const bool of_a_recipient = !field(group, "final-recipient").empty() ||
                                    !field(group, "original-recipient").empty() ||
                                    !field(group, "action").empty();
        if (of_a_recipient && recipients.size() < recipients_max)
            recipients.push_back(recipient_of(group));
    }
    return recipients;
}

std::vector<ReportedRecipient> complained_recipients(const ReportParts& parts) {
    std::vector<ReportedRecipient> recipients;
    for (const auto& [name, value] : header_fields(parts.feedback))
        if (name == "original-rcpt-to" && recipients.size() < recipients_max)
            recipients.push_back({lower(address_in(value)), ReportAction::delivered, "", ""});
    if (recipients.empty())
        recipients.push_back({lower(address_in(field(header_fields(parts.original), "to"))),
                              ReportAction::delivered, "", ""});
    return recipients;
}

// One provider writes its complaints as plain mail around the original.
bool is_plain_complaint(const ReportParts& parts) {
    return parts.original_is_part &&
           lower(address_in(field(parts.fields, "from"))) == "staff@hotmail.com" &&
           lower(field(parts.fields, "subject")).starts_with("complaint about message");
}

// What the group lacks is often said in words.
void fill_from_text(std::vector<ReportedRecipient>& recipients, const ReportParts& parts) {
    const std::string reason = reason_in(parts.text);
    const std::string to = lower(address_in(field(header_fields(parts.original), "to")));
    for (ReportedRecipient& one : recipients) {
        if (one.reason.empty()) one.reason = reason;
        if (one.status.empty()) one.status = status_in(one.reason);
        if (one.address.empty()) one.address = to;
    }
}

}  // namespace

std::optional<Report> read_report(const ReportParts& parts) {
    if (parts.report_type == "disposition-notification") return std::nullopt;
    Report report;
    report.complaint = !parts.feedback.empty() || is_plain_complaint(parts);
    if (report.complaint) {
        report.recipients = complained_recipients(parts);
    } else if (!parts.delivery_status.empty() &&
               (!parts.report_type.empty() || is_from_a_machine(parts))) {
        report.recipients = listed_recipients(parts.delivery_status);
        if (report.recipients.empty()) report.recipients.emplace_back();
        fill_from_text(report.recipients, parts);
    } else if (says_undelivered(parts)) {
        report.recipients = named_recipients(parts);
    } else {
        return std::nullopt;
    }
    report.external_ids = original_ids(parts);
    return report;
}

}  // namespace connectors::email
