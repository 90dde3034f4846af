// The shared corpus beside the checkout: mails that nobody in this project wrote, with what others
// expect of them. A set is run whole and counted; what misses is printed, for whoever looks.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "connectors/email/mime.hpp"

namespace corpus {

inline std::filesystem::path folder() {
    return std::filesystem::path{SPORTELLO_SOURCE_DIR}.parent_path() / "shared" / "corpus";
}

class CorpusTest : public testing::Test {
protected:
    void SetUp() override {
        if (!std::filesystem::exists(folder()))
            GTEST_SKIP() << "no shared corpus beside the checkout";
    }
};

inline std::string bytes_of(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream bytes;
    bytes << file.rdbuf();
    return bytes.str();
}

inline nlohmann::json json_of(const std::filesystem::path& path) {
    return nlohmann::json::parse(bytes_of(path));
}

inline std::vector<std::filesystem::path> files_below(const std::filesystem::path& root) {
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root))
        if (entry.is_regular_file() && entry.path().extension() != ".json")
            files.push_back(entry.path());
    std::ranges::sort(files);
    return files;
}

// Blanks do not count: others fold them in another way.
inline std::string squeezed(const std::string& text) {
    std::istringstream words(text);
    std::string out;
    for (std::string word; words >> word;) out.append(out.empty() ? "" : " ").append(word);
    return out;
}

inline std::string lower(std::string text) {
    for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return text;
}

inline connectors::Inbound read_bytes(std::string bytes, std::string sender = "a@b.test") {
    connectors::email::start_mime();
    return connectors::email::parse_mail(std::make_shared<const std::string>(std::move(bytes)),
                                         {.sender = std::move(sender), .recipients = {"c@d.test"}},
                                         {});
}

inline connectors::Inbound parsed(const std::filesystem::path& path) {
    return read_bytes(bytes_of(path));
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
    Score& operator+=(const Score& other) {
        right += other.right;
        asked += other.asked;
        misses.insert(misses.end(), other.misses.begin(), other.misses.end());
        return *this;
    }
    double rate() const { return asked == 0 ? 0.0 : static_cast<double>(right) / asked; }
};

inline void tell(const std::string& set, const Score& score) {
    const std::string count = std::to_string(score.right) + " of " + std::to_string(score.asked);
    std::cout << set << ": " << count << "\n";
    for (const std::string& miss : score.misses) std::cout << "    not: " << miss << "\n";
    std::string key = set;
    std::ranges::replace_if(
        key, [](unsigned char c) { return std::isalnum(c) == 0; }, '_');
    testing::Test::RecordProperty(key, count);
}

// Of `asked` at least: a set that shrinks unnoticed would pass.
inline void expect_misses_at_most(int most, const std::string& set, const Score& score, int asked) {
    tell(set, score);
    EXPECT_GE(score.asked, asked) << set;
    EXPECT_LE(score.asked - score.right, most) << set;
}

inline void expect_rate(double least, const std::string& set, const Score& score, int asked) {
    tell(set, score);
    EXPECT_GE(score.asked, asked) << set;
    EXPECT_GE(score.rate(), least) << set;
}

}  // namespace corpus
