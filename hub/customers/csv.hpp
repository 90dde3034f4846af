// Tables as text: RFC 4180, as spreadsheets write it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace customers {

struct CsvRow {
    std::size_t line = 0;  // on which it begins, from 1
    std::vector<std::string> cells;
};

// Takes text in pieces of any size and gives rows back as they become whole. Lines end with CRLF,
// LF or CR; a quoted cell may hold lines and doubled quotes. Empty lines are left out.
class CsvReader {
public:
    explicit CsvReader(char separator = ',') : separator_(separator) {}

    void take(std::string_view piece);
    void finish();  // the last line may lack its end
    std::optional<CsvRow> next();
    // A quote that is never closed would swallow the rest: the line on which it opened, or 0.
    std::size_t open_quote() const { return in_quotes_ ? quote_line_ : 0; }

private:
    void end_cell();
    void end_row();

    char separator_;
    bool in_quotes_ = false;
    bool after_quote_ = false;  // a quote was closed, or is the first of two
    bool after_return_ = false;
    bool quoted_ = false;
    std::size_t line_ = 1;
    std::size_t quote_line_ = 0;
    std::string cell_;
    CsvRow row_{1, {}};
    std::vector<CsvRow> ready_;
    std::size_t given_ = 0;
};

// The separator of a first line: the one of , ; and tab that it has most of, outside quotes.
char separator_of(std::string_view first_line);

// A cell for a table that spreadsheets open: quoted where needed, and never read as a formula
// (a quote before =, +, -, @, tab and return; OWASP "CSV Injection").
std::string csv_cell(std::string_view text);

// What a column holds, by its heading: a contact's field, "email" or "phone"; English and Italian
// names are known. Empty: unknown.
std::string field_of_heading(std::string_view heading);

}  // namespace customers
