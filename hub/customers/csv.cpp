#include "hub/customers/csv.hpp"

#include <algorithm>
#include <array>

#include "hub/customers/fields.hpp"
#include "hub/customers/fold.hpp"

namespace customers {

void CsvReader::end_cell() {
    row_.cells.push_back(std::move(cell_));
    cell_.clear();
    quoted_ = false;
    after_quote_ = false;
}

void CsvReader::end_row() {
    const bool empty = row_.cells.empty() && cell_.empty() && !quoted_;
    if (!empty) {
        end_cell();
        ready_.push_back(std::move(row_));
    }
    row_ = {line_, {}};
}

void CsvReader::take(std::string_view piece) {
    for (const char c : piece) {
        const bool feed_of_pair = c == '\n' && after_return_;
        after_return_ = c == '\r';
        if (feed_of_pair && !in_quotes_) continue;
        if (c == '\r' || (c == '\n' && !feed_of_pair)) ++line_;
        if (in_quotes_ && c != '"') {
            cell_.push_back(c);
        } else if (c == '"' && in_quotes_) {
            in_quotes_ = false;
            after_quote_ = true;
        } else if (c == '"' && after_quote_) {
            cell_.push_back(c);
            in_quotes_ = true;
            after_quote_ = false;
        } else if (c == '"' && cell_.empty() && !quoted_) {
            in_quotes_ = quoted_ = true;
            quote_line_ = line_;
        } else if (c == separator_) {
            end_cell();
        } else if (c == '\n' || c == '\r') {
            end_row();
        } else {
            cell_.push_back(c);
        }
    }
}

void CsvReader::finish() {
    end_row();
}

std::optional<CsvRow> CsvReader::next() {
    if (given_ == ready_.size()) {
        ready_.clear();
        given_ = 0;
        return std::nullopt;
    }
    return std::move(ready_[given_++]);
}

char separator_of(std::string_view first_line) {
    constexpr std::string_view candidates = ",;\t";
    std::array<std::size_t, candidates.size()> counts{};
    bool in_quotes = false;
    for (const char c : first_line) {
        if (c == '"') in_quotes = !in_quotes;
        const auto at = candidates.find(c);
        if (!in_quotes && at != std::string_view::npos) ++counts[at];
    }
    const auto most = std::ranges::max_element(counts);
    return candidates[static_cast<std::size_t>(most - counts.begin())];
}

std::string csv_cell(std::string_view text) {
    std::string cell;
    if (!text.empty() && std::string_view{"=+-@\t\r"}.find(text.front()) != std::string_view::npos)
        cell.push_back('\'');
    cell += text;
    if (cell.find_first_of(",;\"\r\n\t") == std::string::npos) return cell;
    std::string quoted = "\"";
    for (const char c : cell) {
        if (c == '"') quoted.push_back('"');
        quoted.push_back(c);
    }
    return quoted + "\"";
}

std::string field_of_heading(std::string_view heading) {
    struct Name {
        std::string_view heading;
        std::string_view field;
    };
    // Folded, words joined by one space.
    static constexpr auto names = std::to_array<Name>({
        {"cap", "postal_code"},
        {"cellulare", "phone"},
        {"citta", "city"},
        {"cognome", "family_name"},
        {"comune", "city"},
        {"e mail", "email"},
        {"fatturato", "revenue"},
        {"first name", "given_name"},
        {"indirizzo", "street"},
        {"indirizzo email", "email"},
        {"last name", "family_name"},
        {"lingua", "language"},
        {"mail", "email"},
        {"mobile", "phone"},
        {"name", "name"},
        {"nazione", "country"},
        {"nome", "name"},
        {"nome e cognome", "name"},
        {"paese", "country"},
        {"phone number", "phone"},
        {"provincia", "province"},
        {"ragione sociale", "name"},
        {"relazione", "relationship"},
        {"segmento", "segment"},
        {"sito", "website"},
        {"surname", "family_name"},
        {"tel", "phone"},
        {"telefono", "phone"},
        {"telephone", "phone"},
        {"town", "city"},
        {"via", "street"},
        {"zip", "postal_code"},
    });
    std::string joined;
    for (const std::string& word : folded_words(heading))
        joined.append(joined.empty() ? "" : " ").append(word);
    const auto known = std::ranges::find(names, joined, &Name::heading);
    if (known != names.end()) return std::string{known->field};
    std::ranges::replace(joined, ' ', '_');
    const auto rule = std::ranges::find(contact_fields(), joined, &FieldRule::name);
    if (rule != contact_fields().end() || joined == "email" || joined == "phone") return joined;
    return {};
}

}  // namespace customers
