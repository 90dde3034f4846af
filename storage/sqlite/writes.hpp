// How each row reaches its table. Runs inside the writer's transaction.
#pragma once

#include <string>

#include "storage/rows.hpp"
#include "storage/sqlite/db.hpp"

namespace storage::sqlite {

void write_row(Database& db, const RowWrite& row);
void write_event(Database& db, const EventRow& event, const std::string& hash);

}  // namespace storage::sqlite
