// The shared corpus beside the checkout: mails that nobody in this project wrote, with the values
// on which other parsers agree.
#pragma once

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "connectors/email/mime.hpp"

namespace corpus {

inline std::filesystem::path folder() {
    return std::filesystem::path{SPORTELLO_SOURCE_DIR}.parent_path() / "shared" / "corpus";
}

inline std::string bytes_of(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream bytes;
    bytes << file.rdbuf();
    return bytes.str();
}

inline std::vector<std::filesystem::path> files_below(const std::filesystem::path& root) {
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root))
        if (entry.is_regular_file() && entry.path().extension() != ".json")
            files.push_back(entry.path());
    std::ranges::sort(files);
    return files;
}

// Blanks do not count: the references fold them in another way.
inline std::string squeezed(const std::string& text) {
    std::istringstream words(text);
    std::string out;
    for (std::string word; words >> word;) out.append(out.empty() ? "" : " ").append(word);
    return out;
}

struct Score {
    int right = 0;
    int asked = 0;
    std::vector<std::string> misses;

    void note(bool is_right, const std::string& place) {
        ++asked;
        if (is_right)
            ++right;
        else
            misses.push_back(place);
    }
    double rate() const { return asked == 0 ? 0.0 : static_cast<double>(right) / asked; }
};

using Scores = std::map<std::string, Score>;  // by field

inline void compare_leaves(const nlohmann::json& leaves, const connectors::Inbound& mail,
                           const std::string& place, Scores& scores) {
    const std::string text = squeezed(mail.text);
    const std::string html = squeezed(mail.html);
    for (const auto& leaf : leaves) {
        const bool named = leaf.contains("filename") && leaf["filename"].is_string();
        if (named) {
            const auto name = leaf["filename"].get<std::string>();
            const bool found =
                std::ranges::any_of(mail.attachments, [&name](const connectors::Attachment& one) {
                    return squeezed(one.name) == squeezed(name);
                });
            scores["attachment name"].note(found, place + ": " + name);
        } else if (leaf.contains("text") && leaf["text"].is_string()) {
            const bool is_html = leaf.value("type", "") == "text/html";
            const std::string expected = squeezed(leaf["text"].get<std::string>());
            const bool found = (is_html ? html : text).find(expected) != std::string::npos;
            scores[is_html ? "html" : "text"].note(found, place + ": " + expected.substr(0, 60));
        }
    }
}

inline void compare(const nlohmann::json& expected, const connectors::Inbound& mail,
                    const std::string& place, Scores& scores) {
    const auto text_of = [&expected](const char* key) -> std::optional<std::string> {
        if (!expected.contains(key) || !expected[key].is_string()) return std::nullopt;
        return squeezed(expected[key].get<std::string>());
    };
    if (const auto subject = text_of("subject"))
        scores["subject"].note(squeezed(mail.subject) == subject, place + ": " + *subject);
    if (const auto id = text_of("message_id"))
        scores["message-id"].note(mail.external_id == *id, place + ": " + *id);
    if (const auto body = text_of("text"))
        scores["text"].note(squeezed(mail.text) == *body, place + ": " + body->substr(0, 60));
    if (expected.contains("from") && expected["from"].is_array() && !expected["from"].empty()) {
        auto from = expected["from"].front().get<std::string>();
        for (char& c : from) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
        scores["from"].note(mail.sender.value == from, place + ": " + from);
    }
    if (expected.contains("leaf_parts"))
        compare_leaves(expected["leaf_parts"], mail, place, scores);
    for (const auto& name : expected.value("attachment_names", nlohmann::json::array()))
        compare_leaves({{{"filename", name}}}, mail, place, scores);
}

inline connectors::Inbound parsed(const std::filesystem::path& path) {
    connectors::email::start_mime();
    return connectors::email::parse_mail(std::make_shared<const std::string>(bytes_of(path)),
                                         {.sender = "a@b.test", .recipients = {"c@d.test"}}, {});
}

inline Scores compare_all() {
    Scores scores;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder() / "mime")) {
        const std::string file = entry.path().filename();
        if (file != "reference.json" && file != "expected.json") continue;
        const auto expectations = nlohmann::json::parse(bytes_of(entry.path()));
        for (const auto& [name, expected] : expectations.items()) {
            const auto mail = entry.path().parent_path() / name;
            if (!expected.is_object() || !std::filesystem::is_regular_file(mail)) continue;
            compare(expected, parsed(mail), name + " (" + file + ")", scores);
        }
    }
    return scores;
}

}  // namespace corpus
