// SPDX-License-Identifier: Apache-2.0
#include "migrator/checkpoint_table.h"

#include <fmt/format.h>

#include "migrator/inspector.h"
#include "migrator/refusal.h"
#include "mysql/connection.h"
#include "sql/identifier.h"

namespace wisp::migrator {
namespace {

constexpr std::string_view kComment = "wisp checkpoint";

std::string hexadecimal(std::string_view bytes) {
    std::string digits;
    digits.reserve(2 * bytes.size());
    for (const char c : bytes) {
        fmt::format_to(std::back_inserter(digits), "{:02X}", static_cast<unsigned char>(c));
    }
    return digits;
}

}  // namespace

std::string create_checkpoint_table(const sql::TableName& name) {
    // For people: when, where, how much. For us: the text.
    return fmt::format(
        "CREATE TABLE {} (`id` tinyint unsigned NOT NULL,"
        " `written` timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP,"
        " `position` varchar(512) CHARACTER SET ascii NOT NULL,"
        " `rows_copied` bigint unsigned NOT NULL,"
        " `checkpoint` longblob NOT NULL,"
        " PRIMARY KEY (`id`)) ENGINE=InnoDB COMMENT='{}'",
        sql::quote(name), kComment);
}

bool has_checkpoint_table(mysql::Connection& connection, const sql::TableName& name) {
    if (relation(connection, name) == Relation::kNone) return false;
    const auto comment = connection.scalar(fmt::format(
        "SELECT TABLE_COMMENT FROM information_schema.TABLES WHERE TABLE_SCHEMA = {} AND"
        " TABLE_NAME = {}",
        sql::text_literal(name.schema), sql::text_literal(name.table)));
    if (comment == kComment) return true;
    throw Refusal(fmt::format(
        "table {} is there, and is no checkpoint of wisp's; look at it, then drop or rename it",
        sql::quote(name)));
}

void save_checkpoint(mysql::Connection& connection, const sql::TableName& name,
                     const Checkpoint& checkpoint) {
    connection.execute(fmt::format(
        "REPLACE INTO {} (`id`, `position`, `rows_copied`, `checkpoint`) VALUES (1, {}, {}, X'{}')",
        sql::quote(name), sql::text_literal(checkpoint.reached.position.text()),
        checkpoint.reached.rows, hexadecimal(to_text(checkpoint))));
}

std::optional<Checkpoint> load_checkpoint(mysql::Connection& connection,
                                          const sql::TableName& name) {
    if (!has_checkpoint_table(connection, name)) return std::nullopt;
    const auto rows = connection.query(
        fmt::format("SELECT `checkpoint` FROM {} WHERE `id` = 1", sql::quote(name)));
    if (rows.empty()) return std::nullopt;
    auto checkpoint = parse_checkpoint(rows[0].text(0));
    if (checkpoint) return std::move(*checkpoint);
    throw Refusal(fmt::format(
        "the checkpoint in {} cannot be read: {}. Nothing was touched, and nothing can go on from"
        " it; move it away to begin anew",
        sql::quote(name), checkpoint.error()));
}

}  // namespace wisp::migrator
