// SPDX-License-Identifier: Apache-2.0
#include "extract/script.h"

#include <fmt/format.h>

#include "extract/framed.h"
#include "extract/utc_time.h"
#include "sql/identifier.h"

namespace wisp::extract {

namespace {

/// What literals, zero dates and identifiers need. TIMESTAMP values are UTC. Triggers of the target
/// fire all the same: no session can switch them off.
constexpr std::string_view kHead =
    "SET @wisp_old_sql_mode = @@sql_mode, @wisp_old_time_zone = @@time_zone,\n"
    "    @wisp_old_foreign_key_checks = @@foreign_key_checks,\n"
    "    @wisp_old_sql_safe_updates = @@sql_safe_updates,\n"
    "    @wisp_old_character_set_client = @@character_set_client,\n"
    "    @wisp_old_character_set_results = @@character_set_results,\n"
    "    @wisp_old_collation_connection = @@collation_connection;\n"
    "SET NAMES utf8mb4;\n"
    "SET time_zone = '+00:00', sql_safe_updates = 0, foreign_key_checks = 1;\n"
    "SET @wisp_lax_mode = 'NO_AUTO_VALUE_ON_ZERO,ALLOW_INVALID_DATES,NO_ENGINE_SUBSTITUTION';\n"
    "SET @wisp_strict_mode = CONCAT(@wisp_lax_mode, ',STRICT_ALL_TABLES');\n"
    "SET sql_mode = @wisp_strict_mode;\n";

constexpr std::string_view kTail =
    "SET sql_mode = @wisp_old_sql_mode, time_zone = @wisp_old_time_zone,\n"
    "    foreign_key_checks = @wisp_old_foreign_key_checks,\n"
    "    sql_safe_updates = @wisp_old_sql_safe_updates,\n"
    "    character_set_client = @wisp_old_character_set_client,\n"
    "    character_set_results = @wisp_old_character_set_results,\n"
    "    collation_connection = @wisp_old_collation_connection;\n"
    "-- complete\n";

std::string commented(std::string_view text) {
    std::string out = "-- ";
    for (const char c : text) {
        out += c == '\r' ? ' ' : c;
        if (c == '\n') out += "-- ";
    }
    out += '\n';
    return out;
}

/// A statement for the client: it must not end at a semicolon inside a routine's body.
std::string runnable(const binlog::Statement& statement) {
    std::string out;
    if (!statement.schema.empty()) out += "USE " + sql::quote(statement.schema) + ";\n";
    if (statement.text.find(';') == std::string::npos) return out + statement.text + ";\n";
    std::string delimiter = "$$";
    while (statement.text.find(delimiter) != std::string::npos) delimiter += '$';
    return fmt::format("{0}DELIMITER {1}\n{2}\n{1}\nDELIMITER ;\n", out, delimiter, statement.text);
}

}  // namespace

std::string label_of(const binlog::Transaction& transaction) {
    std::string label = transaction.gtid.empty() ? "" : transaction.gtid + "  ";
    fmt::format_to(std::back_inserter(label), "{}:{}..", transaction.start.file,
                   transaction.start.offset);
    label += transaction.start.file == transaction.end.file ? std::to_string(transaction.end.offset)
                                                            : transaction.end.text();
    return label + "  " + utc_text(transaction.timestamp) + " UTC";
}

Script::Script(const std::string& path, const ScriptOptions& options)
    : options_(options), file_(path) {
    const bool backward = options_.direction == Direction::kBackward;
    if (backward) reversed_ = std::make_unique<Spool>(options_.spool);
    file_.write(backward ? "-- wisp binlog rollback: takes the changes back, the last one first\n"
                         : "-- wisp binlog sql: the changes in the order they were made\n");
    file_.write(kHead);
    if (options_.without_binlog) file_.write("SET sql_log_bin = 0;\n");
    file_.write("\n");
}

void Script::put(const std::string& text) {
    if (!reversed_) return file_.write(text);
    const std::size_t begin = reversed_->tail().size();
    reversed_->tail() += text;
    end_frame(reversed_->tail(), begin);
    reversed_->settle();
}

void Script::add(const binlog::Transaction& transaction, Spool& rows, bool no_foreign_keys) {
    const std::string begin = "-- " + label_of(transaction) + "\nBEGIN;\n" +
                              (no_foreign_keys ? "SET foreign_key_checks = 0;\n" : "");
    const std::string end =
        std::string(no_foreign_keys ? "SET foreign_key_checks = 1;\n" : "") + "COMMIT;\n\n";
    if (!reversed_) {
        file_.write(begin);
        rows.read([&](std::string_view piece) { file_.write(piece); });
        file_.write(end);
        return;
    }
    put(end);
    rows.read([&](std::string_view piece) {
        reversed_->tail() += piece;
        reversed_->settle();
    });
    put(begin);
}

void Script::add_statement(const binlog::Transaction& transaction,
                           const binlog::Statement& statement, bool may_run) {
    const std::string label = commented(label_of(transaction));
    if (options_.run_ddl && may_run && !reversed_) return put(label + runnable(statement) + "\n");
    const std::string what = reversed_ ? "NOT taken back: " : "not run: ";
    const std::string schema = statement.schema.empty() ? "" : "[" + statement.schema + "] ";
    put(label + commented(what + schema + statement.text) + "\n");
}

void Script::finish() {
    if (reversed_) read_backwards(*reversed_, [&](std::string_view text) { file_.write(text); });
    file_.write(kTail);
    file_.close();
}

}  // namespace wisp::extract
