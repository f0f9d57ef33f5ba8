// SPDX-License-Identifier: Apache-2.0
#include "extract/sql_run.h"

#include <utility>

#include <fmt/format.h>

#include "base/log.h"
#include "sql/statement_scan.h"

namespace wisp::extract {

namespace {

constexpr unsigned kMostWarnings = 10;
constexpr std::size_t kShownStatement = 120;

/// What a transaction's statements may fill before they go to a file.
constexpr std::size_t kOneScriptMemory = std::size_t{32} << 20U;
constexpr std::size_t kBackwardMemory = std::size_t{16} << 20U;  // the script waits in as much
constexpr std::size_t kManyScriptsMemory = std::size_t{256} << 10U;

using sql::StatementVerb;

bool changes_rows(StatementVerb verb) {
    return verb == StatementVerb::kInsert || verb == StatementVerb::kUpdate ||
           verb == StatementVerb::kDelete || verb == StatementVerb::kReplace ||
           verb == StatementVerb::kLoad;
}

bool changes_nothing(StatementVerb verb) {
    return verb == StatementVerb::kMaintenance || verb == StatementVerb::kAccess ||
           verb == StatementVerb::kTransaction;
}

ScriptsOptions with_memory(ScriptsOptions options) {
    const bool backward = options.script.direction == Direction::kBackward;
    options.script.spool.memory = options.per_table ? kManyScriptsMemory
                                  : backward        ? kBackwardMemory
                                                    : kOneScriptMemory;
    return options;
}

}  // namespace

SqlRun::SqlRun(SqlRunOptions options, Catalogue catalogue)
    : options_(std::move(options)),
      scripts_(with_memory(options_.scripts)),
      writer_(options_.filter, options_.scripts.script.direction, std::move(catalogue), scripts_,
              with_memory(options_.scripts).script.spool) {}

binlog::DecoderOptions SqlRun::decoder_options() {
    binlog::DecoderOptions decoder;
    decoder.tables.watches = [this](std::string_view schema, std::string_view table) {
        return options_.filter.wants_table(schema, table);
    };
    decoder.tables.hints = [this](const binlog::TableMap& map) { return writer_.hints_of(map); };
    decoder.make_store = [this] { return std::make_unique<SqlStore>(writer_); };
    return decoder;
}

void SqlRun::take(const binlog::Transaction& transaction) {
    if (!options_.filter.wants(transaction)) return;
    if (!transaction.unseen_xa.empty())
        warn(transaction, "an XA transaction was prepared before the start: its rows are missing",
             transaction.unseen_xa);
    for (const auto& statement : transaction.statements) note(transaction, statement);
    if (!transaction.stored) return;
    if (static_cast<SqlStore&>(*transaction.stored).deliver(transaction)) ++transactions_;
}

void SqlRun::note(const binlog::Transaction& transaction, const binlog::Statement& statement) {
    const auto verb = sql::statement_verb(statement.text);
    if (changes_nothing(verb) || !options_.filter.wants(statement)) return;
    const bool backward = options_.scripts.script.direction == Direction::kBackward;
    if (changes_rows(verb)) {
        warn(transaction,
             backward ? "rows were changed by a statement that was logged as text; this CANNOT be "
                        "taken back"
                      : "rows were changed by a statement that was logged as text; it is in the "
                        "script as a comment only",
             statement.text);
    } else if (backward) {
        warn(transaction, "DDL cannot be taken back", statement.text);
    } else if (!options_.scripts.script.run_ddl) {
        warn(transaction, "DDL is in the script as a comment only (--ddl writes it to be run)",
             statement.text);
    }
    const bool keeps_columns = changes_rows(verb) || verb == StatementVerb::kTruncate;
    if (const auto* table = keeps_columns ? nullptr : writer_.renamed_by(statement))
        warn(transaction,
             fmt::format("{} changes here; the log does not name its columns, so its rows from "
                         "before bear the names that the server has now: compare them",
                         table->shape.name),
             statement.text);
    scripts_.for_each(
        [&](Script& script) { script.add_statement(transaction, statement, !changes_rows(verb)); });
}

void SqlRun::warn(const binlog::Transaction& transaction, std::string_view what,
                  std::string_view statement) {
    ++warnings_;
    if (warnings_ > kMostWarnings) return;
    std::string text(statement.substr(0, kShownStatement));
    for (char& c : text)
        if (static_cast<unsigned char>(c) < 0x20) c = ' ';
    log::warn("{}: {}{} transaction={}", what, text, statement.size() > text.size() ? "…" : "",
              label_of(transaction));
    if (warnings_ == kMostWarnings) log::warn("more of this is only in the script");
}

}  // namespace wisp::extract
