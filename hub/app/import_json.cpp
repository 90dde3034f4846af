// `sportello import`: contacts of a table to the running hub, page by page.
#include <fstream>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>

#include "hub/app/commands.hpp"
#include "hub/app/hub_client.hpp"
#include "hub/customers/csv.hpp"

namespace app {
namespace {

using Json = nlohmann::json;

constexpr std::size_t rows_per_page = 200;
constexpr std::size_t bytes_per_read = 64 * 1024;
constexpr std::size_t faults_shown_max = 1000;

bool is_utf8(const std::string& text) {
    try {
        (void)Json(text).dump();
        return true;
    } catch (const Json::type_error&) {
        return false;
    }
}

// ISO 8859-1, which Windows-1252 is but for typographic signs.
std::string from_latin1(const std::string& text) {
    std::string out;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x80) {
            out.push_back(c);
        } else {
            out.push_back(static_cast<char>(0xC0 | (byte >> 6)));
            out.push_back(static_cast<char>(0x80 | (byte & 0x3F)));
        }
    }
    return out;
}

class Import {
public:
    explicit Import(const Options& options) : options_(options) {
        for (const std::string& pair : options.columns) {
            const auto equal = pair.find('=');
            if (equal == std::string::npos)
                throw std::runtime_error("--map " + pair + ": write HEADING=FIELD");
            mapped_[pair.substr(0, equal)] = pair.substr(equal + 1);
        }
    }

    int run() {
        std::ifstream in(options_.table_file, std::ios::binary);
        if (!in) throw std::runtime_error("cannot read " + options_.table_file);
        std::string first;
        std::getline(in, first);
        if (first.starts_with("\xEF\xBB\xBF")) first.erase(0, 3);
        customers::CsvReader reader(customers::separator_of(first));
        reader.take(first + "\n");
        take_rows(reader);
        std::string piece(bytes_per_read, '\0');
        while (in.read(piece.data(), static_cast<std::streamsize>(piece.size())) ||
               in.gcount() > 0) {
            reader.take(std::string_view{piece}.substr(0, static_cast<std::size_t>(in.gcount())));
            take_rows(reader);
        }
        if (reader.open_quote() != 0)
            throw std::runtime_error("the quote opened on line " +
                                     std::to_string(reader.open_quote()) +
                                     " is never closed; close it and start again");
        reader.finish();
        take_rows(reader);
        send();
        std::cout << (options_.dry_run ? "Would be: " : "") << counts_["created"] << " created, "
                  << counts_["updated"] << " updated, " << counts_["skipped"] << " skipped, "
                  << counts_["fault"] << " refused.\n";
        return counts_["fault"] == 0 ? 0 : 1;
    }

private:
    void take_rows(customers::CsvReader& reader) {
        while (auto row = reader.next()) {
            for (std::string& cell : row->cells) {
                if (options_.latin1) cell = from_latin1(cell);
                if (!is_utf8(cell))
                    throw std::runtime_error("line " + std::to_string(row->line) +
                                             " is not UTF-8; give --latin1 if it comes from an old "
                                             "spreadsheet, or save it as UTF-8");
            }
            if (fields_.empty())
                read_heading(*row);
            else
                add(*row);
        }
    }

    void read_heading(const customers::CsvRow& row) {
        std::string known;
        for (const std::string& heading : row.cells) {
            const auto said = mapped_.find(heading);
            fields_.push_back(said != mapped_.end() ? said->second
                                                    : customers::field_of_heading(heading));
            known += "  " + heading + " -> " +
                     (fields_.back().empty() ? "left out" : fields_.back()) + "\n";
        }
        std::cerr << known;
        const bool any = std::any_of(fields_.begin(), fields_.end(),
                                     [](const auto& one) { return !one.empty(); });
        if (!any)
            throw std::runtime_error(
                "no heading of the first line is known; name them with --map HEADING=FIELD");
    }

    void add(const customers::CsvRow& row) {
        Json json = {{"line", row.line}};
        for (std::size_t i = 0; i < std::min(row.cells.size(), fields_.size()); ++i) {
            const std::string& field = fields_[i];
            const std::string& cell = row.cells[i];
            if (field.empty() || cell.empty()) continue;
            if (field == "email" || field == "phone")
                json["identities"].push_back({{"kind", field}, {"value", cell}});
            else if (field.starts_with("attribute."))
                json["attributes"][field.substr(10)] = cell;
            else
                json[field] = cell;
        }
        page_.push_back(std::move(json));
        if (page_.size() == rows_per_page) send();
    }

    void send() {
        if (page_.empty()) return;
        const Json body = {{"rows", std::move(page_)},
                           {"on_duplicate", options_.on_duplicate},
                           {"dry_run", options_.dry_run}};
        page_ = Json::array();
        const HubReply reply = post_to_hub(options_, "/api/v1/contacts/import", body.dump());
        const Json answer = Json::parse(reply.body, nullptr, false);
        if (reply.status != 200 || !answer.is_object())
            throw std::runtime_error("the hub refused: " + reply.body);
        for (const Json& item : answer.at("items")) {
            const std::string fault = item.at("fault");
            ++counts_[fault.empty() ? item.at("done").get<std::string>() : "fault"];
            ++rows_;
            if (!fault.empty() && counts_["fault"] <= faults_shown_max)
                std::cerr << options_.table_file << ":" << item.at("line") << ": " << fault << "\n";
        }
        if (rows_ % (rows_per_page * 10) == 0) std::cerr << rows_ << " rows\n";
    }

    const Options& options_;
    std::map<std::string, std::string> mapped_;
    std::vector<std::string> fields_;
    Json page_ = Json::array();
    std::map<std::string, std::size_t> counts_;
    std::size_t rows_ = 0;
};

}  // namespace

int import_contacts(const Options& options) {
    return Import(options).run();
}

}  // namespace app
