// The parse trees beside some mails of the shared corpus: parts with headers, and lists of those
// that are shown or attached.
#pragma once

#include "tests/support/mime_corpus.hpp"

namespace corpus {

inline const nlohmann::json* header_of(const nlohmann::json& part, const char* name) {
    for (const auto& header : part["headers"])
        if (header["name"] == name) return &header["value"];
    return nullptr;
}

inline std::optional<std::string> attribute_of(const nlohmann::json& part, const char* header,
                                               const char* attribute) {
    const nlohmann::json* value = header_of(part, header);
    if (value == nullptr || !value->contains("ContentType")) return std::nullopt;
    const nlohmann::json& attributes = (*value)["ContentType"]["attributes"];
    if (!attributes.is_array()) return std::nullopt;
    for (const auto& one : attributes)
        if (one["name"] == attribute && one["value"].is_string())
            return one["value"].get<std::string>();
    return std::nullopt;
}

inline std::optional<std::string> file_name_of(const nlohmann::json& part) {
    if (auto name = attribute_of(part, "content_disposition", "filename")) return name;
    return attribute_of(part, "content_type", "name");
}

inline void compare_tree_head(const nlohmann::json& root, const connectors::Inbound& mail,
                              const std::string& place, Scores& scores) {
    if (const auto* subject = header_of(root, "subject"))
        if (const auto text = text_at(*subject, "Text"))
            scores["subject"].note(squeezed(mail.subject) == *text, place + ": " + *text);
    const auto* from = header_of(root, "from");
    if (from == nullptr || !from->contains("Address")) return;
    const auto list = (*from)["Address"].value("List", nlohmann::json::array());
    if (list.empty() || !list.front()["address"].is_string()) return;
    const std::string address = lower(list.front()["address"]);
    scores["from"].note(mail.sender.value == address,
                        place + ": got " + mail.sender.value + "; want " + address);
}

inline void compare_tree_part(const nlohmann::json& part, bool is_shown,
                              const connectors::Inbound& mail, const std::string& place,
                              Scores& scores) {
    const auto name = file_name_of(part);
    if (name) scores["attachment name"].note(has_attachment_named(mail, *name), place + *name);
    for (const char* kind : {"Text", "Html"}) {
        const auto text = text_at(part["body"], kind);
        if (!text || !is_shown || name) continue;
        const bool is_html = std::string{kind} == "Html";
        const std::string got = squeezed(is_html ? mail.html : mail.text);
        scores[is_html ? "html" : "text"].note(got.find(*text) != std::string::npos,
                                               place + text->substr(0, 60));
    }
}

inline void compare_tree(const nlohmann::json& tree, const connectors::Inbound& mail,
                         const std::string& place, Scores& scores) {
    const nlohmann::json& parts = tree["parts"];
    compare_tree_head(parts.front(), mail, place, scores);
    std::ptrdiff_t enclosed = 0;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        const auto lists = [&tree, i](const char* list) {
            const auto listed = tree[list].get<std::vector<std::size_t>>();
            return std::ranges::find(listed, i) != listed.end();
        };
        compare_tree_part(parts[i], lists("text_body") || lists("html_body"), mail, place + ": ",
                          scores);
        if (parts[i]["body"].contains("Message")) ++enclosed;
    }
    const auto got =
        std::ranges::count(mail.attachments, "message/rfc822", &connectors::Attachment::type);
    scores["enclosed mails"].note(got == enclosed, place + ": got " + std::to_string(got) +
                                                       ", want " + std::to_string(enclosed));
}

// Every mail of the folder with a tree of its name beside it.
inline Scores compare_trees(const std::filesystem::path& folder) {
    Scores scores;
    for (const auto& path : files_below(folder)) {
        auto tree = path;
        tree.replace_extension(".json");
        compare_tree(json_of(tree), parsed(path), path.filename(), scores);
    }
    return scores;
}

}  // namespace corpus
