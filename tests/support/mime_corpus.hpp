// How a mail as a value is compared with what others read in the same bytes: a reference of two
// parsers that agree, or a parse tree.
#pragma once

#include <cstdio>
#include <map>
#include <optional>

#include "tests/support/corpus.hpp"

namespace corpus {

using Scores = std::map<std::string, Score>;  // by field

inline std::optional<std::string> text_at(const nlohmann::json& object, const char* key) {
    const auto found = object.find(key);
    if (found == object.end() || !found->is_string()) return std::nullopt;
    std::string text = found->get<std::string>();
    std::erase(text, '\0');
    return squeezed(text);
}

inline std::string joined(const std::vector<std::string>& words) {
    std::string out;
    for (const std::string& word : words) out.append(out.empty() ? "" : ", ").append(word);
    return out;
}

inline std::vector<std::string> lowered(const nlohmann::json& addresses) {
    std::vector<std::string> out;
    for (const auto& one : addresses) out.push_back(lower(one.get<std::string>()));
    return out;
}

inline std::vector<std::string> values_of(const std::vector<connectors::Address>& addresses) {
    std::vector<std::string> out;
    for (const connectors::Address& one : addresses) out.push_back(one.value);
    return out;
}

// "2005-06-06T22:21:22+02:00"
inline std::optional<connectors::Instant> instant_of(const std::string& text) {
    int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, away = 0, minutes = 0;
    char sign = '+';
    if (std::sscanf(text.c_str(), "%d-%d-%dT%d:%d:%d%c%d:%d", &year, &month, &day, &hour, &minute,
                    &second, &sign, &away, &minutes) != 9)
        return std::nullopt;
    const auto date = std::chrono::year{year} / month / day;
    const auto offset = std::chrono::minutes{away * 60 + minutes} * (sign == '-' ? -1 : 1);
    return connectors::Instant{std::chrono::sys_days{date} + std::chrono::hours{hour} +
                               std::chrono::minutes{minute} + std::chrono::seconds{second} -
                               offset};
}

inline bool has_attachment_named(const connectors::Inbound& mail, const std::string& name) {
    return std::ranges::any_of(mail.attachments, [&name](const connectors::Attachment& one) {
        return squeezed(one.name) == squeezed(name);
    });
}

inline void compare_leaves(const nlohmann::json& leaves, const connectors::Inbound& mail,
                           const std::string& place, Scores& scores) {
    const std::string text = squeezed(mail.text);
    const std::string html = squeezed(mail.html);
    for (const auto& leaf : leaves) {
        if (const auto name = text_at(leaf, "filename")) {
            scores["attachment name"].note(has_attachment_named(mail, *name), place + ": " + *name);
        } else if (const auto expected = text_at(leaf, "text")) {
            const bool is_html = leaf.value("type", "") == "text/html";
            const bool found = (is_html ? html : text).find(*expected) != std::string::npos;
            scores[is_html ? "html" : "text"].note(found, place + ": " + expected->substr(0, 60));
        }
        const std::string type = leaf.value("type", "");
        if (!leaf.contains("sha256") || type.starts_with("text/")) continue;
        const auto hash = leaf["sha256"].get<std::string>();
        const auto found =
            std::ranges::find(mail.attachments, hash, &connectors::Attachment::sha256);
        scores["attachment bytes"].note(found != mail.attachments.end(), place + ": " + type);
    }
}

inline void compare_people(const nlohmann::json& expected, const connectors::Inbound& mail,
                           const std::string& place, Scores& scores) {
    const auto is_list = [&expected](const char* key) {
        return expected.contains(key) && expected[key].is_array();
    };
    if (is_list("from") && !expected["from"].empty()) {
        const std::string from = lowered(expected["from"]).front();
        scores["from"].note(mail.sender.value == from, place + ": " + from);
    }
    for (const char* key : {"to", "cc"}) {
        if (!is_list(key)) continue;
        const auto got = values_of(std::string{key} == "to" ? mail.to : mail.cc);
        const auto wanted = lowered(expected[key]);
        scores[key].note(got == wanted,
                         place + ": got " + joined(got) + "; want " + joined(wanted));
    }
}

inline void compare(const nlohmann::json& expected, const connectors::Inbound& mail,
                    const std::string& place, Scores& scores) {
    if (const auto subject = text_at(expected, "subject"))
        scores["subject"].note(squeezed(mail.subject) == *subject, place + ": " + *subject);
    if (const auto id = text_at(expected, "message_id"))
        scores["message-id"].note(mail.external_id == *id, place + ": " + *id);
    if (const auto body = text_at(expected, "text"))
        scores["text"].note(squeezed(mail.text) == *body, place + ": " + body->substr(0, 60));
    if (const auto date = text_at(expected, "date"))
        scores["date"].note(mail.provider_time == instant_of(*date), place + ": " + *date);
    compare_people(expected, mail, place, scores);
    for (const char* key : {"in_reply_to", "references"})
        for (const auto& id : expected.value(key, nlohmann::json::array())) {
            const auto& ids = mail.thread_ids;
            scores["thread"].note(std::ranges::find(ids, id.get<std::string>()) != ids.end(),
                                  place + ": " + key);
        }
    if (expected.contains("leaf_parts"))
        compare_leaves(expected["leaf_parts"], mail, place, scores);
    for (const auto& name : expected.value("attachment_names", nlohmann::json::array()))
        compare_leaves({{{"filename", name}}}, mail, place, scores);
}

// Every mail that the file of expectations speaks of.
inline Scores compare_all(const std::filesystem::path& expectations) {
    Scores scores;
    const nlohmann::json all = json_of(expectations);
    for (const auto& [name, expected] : all.items()) {
        const auto mail = expectations.parent_path() / name;
        if (expected.is_object() && std::filesystem::is_regular_file(mail))
            compare(expected, parsed(mail), name, scores);
    }
    return scores;
}

}  // namespace corpus
