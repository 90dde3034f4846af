// Style as a failing test over the source tree. Each test prints every offender as file:line.
#include <gtest/gtest.h>

#include <iostream>
#include <map>
#include <set>

#include "scanner.hpp"

namespace {

using namespace tidy;

const fs::path root = SPORTELLO_SOURCE_DIR;

constexpr std::size_t file_lines_max = 400;
constexpr std::size_t function_lines_max = 60;  // to aim at: listed, not failed
constexpr std::size_t function_lines_hard_max = 70;
constexpr std::size_t columns_max = 100;

const std::vector<std::string> product_folders = {"hub", "connectors", "routing",
                                                  "sla", "storage",    "config"};

std::vector<File> sources_below(const std::vector<std::string>& folders) {
    std::vector<File> files;
    for (const std::string& folder : folders) {
        if (!fs::exists(root / folder)) continue;
        for (const auto& entry : fs::recursive_directory_iterator(root / folder)) {
            const std::string extension = entry.path().extension();
            if (extension != ".cpp" && extension != ".hpp") continue;
            files.push_back(
                {fs::relative(entry.path(), root).generic_string(), lines_of(entry.path())});
        }
    }
    std::ranges::sort(files, {}, &File::path);
    return files;
}

const std::vector<File>& product() {
    static const std::vector<File> files = sources_below(product_folders);
    return files;
}

const std::vector<File>& everything() {
    static const std::vector<File> files = sources_below(
        {"hub", "connectors", "routing", "sla", "storage", "config", "tests", "bench"});
    return files;
}

// --- include arrows (design, section 2)

std::string folder_of(const std::string& path) {
    const auto first = path.find('/');
    if (!path.starts_with("hub/")) return path.substr(0, first);
    return path.substr(0, path.find('/', first + 1));
}

const std::map<std::string, std::vector<std::string>>& may_include() {
    static const std::vector<std::string> words = {"connectors/connectors.hpp",
                                                   "connectors/ids.hpp"};
    static const auto with_words = [](std::vector<std::string> folders) {
        folders.insert(folders.end(), words.begin(), words.end());
        return folders;
    };
    static const std::map<std::string, std::vector<std::string>> table = {
        {"sla", {"sla/"}},
        {"routing", {"routing/"}},
        {"storage", {"storage/"}},
        {"connectors", {"connectors/"}},
        {"config", {"config/"}},
        {"hub/runtime", {"hub/runtime/", "sla/"}},
        {"hub/simulate", {"hub/simulate/", "routing/"}},
        {"hub/model", with_words({"hub/model/", "sla/", "routing/", "storage/"})},
        {"hub/customers", {"hub/customers/", "hub/model/"}},
        {"hub/search", {"hub/search/", "hub/customers/", "storage/"}},
        {"hub/desk",
         with_words({"hub/desk/", "hub/customers/", "hub/model/", "sla/", "routing/", "storage/"})},
        {"hub/feed",
         {"hub/feed/", "hub/desk/", "hub/model/", "hub/runtime/", "sla/", "routing/", "storage/",
          "connectors/"}},
        {"hub/flow",
         {"hub/flow/", "hub/feed/", "hub/desk/", "hub/search/", "hub/customers/", "hub/model/",
          "hub/runtime/", "sla/", "routing/", "storage/", "connectors/"}},
        {"hub/api",
         {"hub/api/", "hub/flow/", "hub/feed/", "hub/desk/", "hub/search/", "hub/customers/",
          "hub/model/", "hub/runtime/", "sla/", "routing/", "storage/", "connectors/", "config/"}},
        {"hub/app", {"hub/", "sla/", "routing/", "storage/", "connectors/", "config/"}}};
    return table;
}

TEST(Tidy, IncludeArrowsPointOneWay) {
    static const std::regex include(R"re(^\s*#\s*include\s+"([^"]+)")re");
    Offenders offenders;
    for (const File& file : product()) {
        const auto allowed = may_include().find(folder_of(file.path));
        if (allowed == may_include().end()) {
            offenders.push_back(file.path + ": a folder that the design does not know");
            continue;
        }
        for (std::size_t i = 0; i < file.lines.size(); ++i) {
            std::smatch match;
            if (std::regex_search(file.lines[i], match, include) &&
                !starts_with_any(match[1].str(), allowed->second))
                offenders.push_back(place(file, i) + "includes " + match[1].str());
        }
    }
    EXPECT_GT(product().size(), 80U) << "the tree was not found";
    EXPECT_TRUE(offenders.empty()) << told(offenders);
}

// --- sizes

TEST(Tidy, FilesAreShort) {
    Offenders offenders;
    for (const File& file : everything())
        if (file.lines.size() > file_lines_max)
            offenders.push_back(file.path + ": " + std::to_string(file.lines.size()) + " lines");
    EXPECT_TRUE(offenders.empty()) << told(offenders);
}

TEST(Tidy, FunctionsAreShort) {
    Offenders offenders;
    std::size_t count = 0;
    for (const File& file : everything()) {
        for (const Body& body : bodies_of(file)) {
            ++count;
            const std::string text = place(file, body.line) + std::to_string(body.lines) + " lines";
            if (body.lines > function_lines_hard_max)
                offenders.push_back(text);
            else if (body.lines > function_lines_max)
                std::cout << "long: " << text << "\n";
        }
    }
    EXPECT_GT(count, 500U) << "the scanner finds no functions";
    EXPECT_TRUE(offenders.empty()) << told(offenders);
}

std::size_t width_of(const std::string& line) {
    return static_cast<std::size_t>(
        std::ranges::count_if(line, [](unsigned char c) { return (c & 0xC0) != 0x80; }));
}

TEST(Tidy, LinesFitInAHundredColumns) {
    Offenders offenders;
    for (const File& file : everything())
        for (std::size_t i = 0; i < file.lines.size(); ++i) {
            const std::string& line = file.lines[i];
            const bool free =
                line.find("://") != std::string::npos || line.find("R\"") != std::string::npos;
            if (width_of(line) > columns_max && !free)
                offenders.push_back(place(file, i) + std::to_string(width_of(line)) + " columns");
        }
    EXPECT_TRUE(offenders.empty()) << told(offenders);
}

// --- doors

TEST(Tidy, TheWorldIsTouchedOnlyThroughItsDoors) {
    const std::vector<Ban> bans = {
        {"the time of day",
         std::regex(R"(system_clock\s*::\s*now|\b(std::)?time\s*\(|gettimeofday|clock_gettime)"),
         {"hub/runtime/clock.cpp"}},
        {"chance",
         std::regex(R"(random_device|mt19937|\brand\s*\(|randombytes_|RAND_bytes|getrandom)"),
         {"hub/runtime/entropy.cpp"}},
        {"files",
         std::regex(R"(\b(fopen|ofstream|ifstream|fstream)\b)"),
         {"connectors/", "storage/", "config/", "hub/app/", "hub/api/static_files",
          "hub/runtime/zones"}},
        {"sockets",
         std::regex(R"(::(socket|connect|bind|accept)\s*\()"),
         {"connectors/", "storage/", "config/", "hub/app/", "hub/api/static_files",
          "hub/runtime/zones"}}};
    for (const Ban& ban : bans) {
        const Offenders offenders = offenders_against(ban, product());
        EXPECT_TRUE(offenders.empty()) << told(offenders);
    }
}

TEST(Tidy, NobodySleepsAndNobodySwallowsEverything) {
    const std::vector<Ban> bans = {
        {"sleeping",
         std::regex(R"(\b(sleep_for|sleep_until|usleep|nanosleep)\b|\bsleep\s*\()"),
         {}},
        {"catching everything", std::regex(R"(catch\s*\(\s*\.\.\.\s*\))"), {}}};
    for (const Ban& ban : bans) {
        const Offenders offenders = offenders_against(ban, everything());
        EXPECT_TRUE(offenders.empty()) << told(offenders);
    }
}

TEST(Tidy, JsonStaysBehindItsFiles) {
    static const std::regex door(
        R"((_json\.\w+|_wire\.\w+|/json_parts\.hpp|/json_body\.\w+|/visitor_identity\.cpp)$)");
    Offenders offenders;
    for (const File& file : product())
        for (std::size_t i = 0; i < file.lines.size(); ++i)
            if (file.lines[i].find("#include <nlohmann") != std::string::npos &&
                !std::regex_search(file.path, door))
                offenders.push_back(place(file, i) + file.lines[i]);
    EXPECT_TRUE(offenders.empty()) << told(offenders);
}

TEST(Tidy, EveryHeaderIsIncludedOnce) {
    Offenders offenders;
    for (const File& file : everything())
        if (file.path.ends_with(".hpp") &&
            std::ranges::find(file.lines, "#pragma once") == file.lines.end())
            offenders.push_back(file.path + ": no #pragma once");
    EXPECT_TRUE(offenders.empty()) << told(offenders);
}

TEST(Tidy, EveryTestIsBuilt) {
    std::string listed;
    for (const std::string& line : lines_of(root / "tests" / "CMakeLists.txt"))
        listed += line + " ";
    Offenders offenders;
    for (const File& file : sources_below({"tests"})) {
        const std::string name = file.path.substr(std::string{"tests/"}.size());
        if (name.ends_with("_test.cpp") && listed.find(name) == std::string::npos)
            offenders.push_back(file.path + ": not in tests/CMakeLists.txt");
    }
    EXPECT_TRUE(offenders.empty()) << told(offenders);
}

// --- words and links

TEST(Tidy, NothingIsLeftForLater) {
    // Spelled apart, so that this file does not offend against itself.
    const std::regex words(std::string{"\\b(TO"} + "DO|FIX" + "ME|XX" + "X|HA" + "CK)\\b");
    Offenders offenders;
    for (const File& file : everything())
        for (std::size_t i = 0; i < file.lines.size(); ++i)
            if (std::regex_search(file.lines[i], words))
                offenders.push_back(place(file, i) + file.lines[i]);
    EXPECT_TRUE(offenders.empty()) << told(offenders);
}

TEST(Tidy, NoFileIsEmpty) {
    Offenders offenders;
    for (const File& file : everything())
        if (file.lines.empty()) offenders.push_back(file.path);
    EXPECT_TRUE(offenders.empty()) << told(offenders);
}

std::vector<fs::path> documents() {
    std::vector<fs::path> found;
    if (fs::exists(root / "README.md")) found.push_back(root / "README.md");
    if (fs::exists(root / "docs"))
        for (const auto& entry : fs::recursive_directory_iterator(root / "docs"))
            if (entry.path().extension() == ".md") found.push_back(entry.path());
    return found;
}

TEST(Tidy, LinksOfTheDocumentationLeadSomewhere) {
    static const std::regex link(R"(\]\(([^)\s]+)\))");
    if (documents().empty()) GTEST_SKIP() << "there is no documentation yet";
    Offenders offenders;
    for (const fs::path& document : documents()) {
        const auto lines = lines_of(document);
        for (std::size_t i = 0; i < lines.size(); ++i) {
            for (std::sregex_iterator one(lines[i].begin(), lines[i].end(), link), end; one != end;
                 ++one) {
                const std::string target = (*one)[1].str().substr(0, (*one)[1].str().find('#'));
                if (target.empty() || target.find(':') != std::string::npos) continue;
                if (!fs::exists(document.parent_path() / target))
                    offenders.push_back(document.string() + ":" + std::to_string(i + 1) + ": " +
                                        target);
            }
        }
    }
    EXPECT_TRUE(offenders.empty()) << told(offenders);
}

// --- the scanners themselves

TEST(TidyScanner, SeesCodeAndNotWords) {
    CodeOnly reader;
    EXPECT_EQ(reader.of("a = \"time(\"; // time("), "a = \"     \";         ");
    EXPECT_EQ(reader.of("x = 1'000 + R\"(a"), "x = 1'000 +     ");
    EXPECT_EQ(reader.of("b)\" + c"), "    + c");
}

TEST(TidyScanner, MeasuresFunctions) {
    const File file{
        "x.cpp",
        {"namespace a {", "int f(int x) {", "    if (x) {", "    }", "    return 1;", "}", "}"}};
    const auto bodies = bodies_of(file);
    ASSERT_EQ(bodies.size(), 1U);
    EXPECT_EQ(bodies[0].line, 1U);
    EXPECT_EQ(bodies[0].lines, 5U);
}

TEST(TidyScanner, KnowsWhatABanIs) {
    const Ban ban{"sleeping", std::regex(R"(\bsleep_for\b)"), {"hub/"}};
    const File inside{"hub/x.cpp", {"sleep_for(1s);"}};
    const File outside{"sla/x.cpp", {"// sleep_for", "sleep_for(1s);"}};
    EXPECT_TRUE(offenders_against(ban, {inside}).empty());
    EXPECT_EQ(offenders_against(ban, {outside}).size(), 1U);
}

}  // namespace
