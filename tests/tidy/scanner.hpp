// Reading source text: what is code in it, how long its functions are, what it must not say.
#pragma once

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <regex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tidy {

namespace fs = std::filesystem;

struct File {
    std::string path;  // from the root, with /
    std::vector<std::string> lines;
};

inline std::vector<std::string> lines_of(const fs::path& path) {
    std::ifstream file(path);
    std::vector<std::string> lines;
    for (std::string line; std::getline(file, line);) lines.push_back(line);
    return lines;
}

using Offenders = std::vector<std::string>;

inline std::string place(const File& file, std::size_t line) {
    return file.path + ":" + std::to_string(line + 1) + ": ";
}

inline std::string told(const Offenders& offenders) {
    std::string text = "\n";
    for (const std::string& offender : offenders) text += offender + "\n";
    return text;
}

inline bool starts_with_any(std::string_view text, const std::vector<std::string>& beginnings) {
    return std::ranges::any_of(beginnings,
                               [text](const std::string& one) { return text.starts_with(one); });
}

// What the compiler sees of a line: comments and the insides of literals become blanks.
class CodeOnly {
public:
    std::string of(const std::string& line) {
        std::string out = line;
        for (std::size_t i = 0; i < line.size();) i = step(line, i, out);
        return out;
    }

private:
    std::size_t step(const std::string& line, std::size_t i, std::string& out) {
        if (!until_.empty()) return skip(line, i, out);
        if (line.compare(i, 2, "//") == 0) return blank(out, i, line.size());
        if (line.compare(i, 2, "/*") == 0) return (until_ = "*/", blank(out, i, i + 2));
        if (line.compare(i, 2, "R\"") == 0 && (i == 0 || std::isalnum(line[i - 1]) == 0)) {
            const auto open = line.find('(', i);
            until_ = ")" + line.substr(i + 2, open - i - 2) + "\"";
            return blank(out, i, open + 1);
        }
        const bool separator = line[i] == '\'' && i > 0 && std::isalnum(line[i - 1]) != 0;
        if ((line[i] == '"' || line[i] == '\'') && !separator) return literal(line, i, out);
        return i + 1;
    }

    static std::size_t literal(const std::string& line, std::size_t i, std::string& out) {
        std::size_t end = i + 1;
        while (end < line.size() && line[end] != line[i]) end += line[end] == '\\' ? 2 : 1;
        return blank(out, i + 1, std::min(end, line.size())) + 1;
    }

    std::size_t skip(const std::string& line, std::size_t i, std::string& out) {
        const auto end = line.find(until_, i);
        if (end == std::string::npos) return blank(out, i, line.size());
        const std::size_t after = end + until_.size();
        until_.clear();
        return blank(out, i, after);
    }

    static std::size_t blank(std::string& out, std::size_t from, std::size_t to) {
        for (std::size_t i = from; i < to && i < out.size(); ++i) out[i] = ' ';
        return to;
    }

    std::string until_;
};

inline std::vector<std::string> code_of(const File& file) {
    CodeOnly reader;
    std::vector<std::string> code;
    for (const std::string& line : file.lines) code.push_back(reader.of(line));
    return code;
}

struct Body {
    std::size_t line = 0;
    std::size_t lines = 0;
};

// A brace is a function's when a `)` stands before it and no control word begins the statement.
inline bool opens_function(const std::string& before) {
    static const std::regex ending(
        R"(\)\s*(const|noexcept|override|final|mutable|->[\w:<>,\s&*]+|:\s.*)*\s*$)");
    static const std::regex control(R"(^\s*(\}?\s*else\s+)?(if|for|while|switch|catch|do)\b)");
    static const std::regex type(R"(^\s*(namespace|class|struct|enum|union|extern)\b)");
    return std::regex_search(before, ending) && !std::regex_search(before, control) &&
           !std::regex_search(before, type);
}

inline std::vector<Body> bodies_of(const File& file) {
    std::vector<Body> bodies;
    std::vector<std::pair<bool, std::size_t>> open;  // is it a function, where does it begin
    std::string statement;
    std::size_t begin = 0;
    const auto code = code_of(file);
    for (std::size_t i = 0; i < code.size(); ++i) {
        if (code[i].starts_with('#')) continue;
        for (const char c : code[i]) {
            if (statement.find_first_not_of(' ') == std::string::npos) begin = i;
            if (c == '{') {
                open.emplace_back(statement.size() < 4000 && opens_function(statement), begin);
            } else if (c == '}' && !open.empty()) {
                if (open.back().first)
                    bodies.push_back({open.back().second, i - open.back().second + 1});
                open.pop_back();
            }
            if (c == '{' || c == '}' || c == ';')
                statement.clear();
            else
                statement.push_back(c);
        }
        statement.push_back(' ');
    }
    return bodies;
}

struct Ban {
    std::string what;
    std::regex pattern;
    std::vector<std::string> doors;  // beginnings of the paths where it may stand
};

inline Offenders offenders_against(const Ban& ban, const std::vector<File>& files) {
    Offenders offenders;
    for (const File& file : files) {
        if (starts_with_any(file.path, ban.doors)) continue;
        const auto code = code_of(file);
        for (std::size_t i = 0; i < code.size(); ++i)
            if (std::regex_search(code[i], ban.pattern))
                offenders.push_back(place(file, i) + ban.what + ": " + file.lines[i]);
    }
    return offenders;
}

}  // namespace tidy
