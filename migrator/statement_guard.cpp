// SPDX-License-Identifier: Apache-2.0
#include "migrator/statement_guard.h"

#include <fmt/format.h>

#include <algorithm>

#include "migrator/refusal.h"
#include "sql/identifier.h"
#include "sql/statement_scan.h"

namespace wisp::migrator {
namespace {

std::string shortened(const std::string& text) {
    constexpr std::size_t kLongest = 200;
    return text.size() <= kLongest ? text : text.substr(0, kLongest) + "…";
}

}  // namespace

void StatementGuard::check(const binlog::Transaction& transaction) {
    for (const auto& statement : transaction.statements) {
        if (before_swap_) {
            if (is_our_swap(statement) && changes_source(statement)) before_swap_ = false;
            continue;
        }
        const auto verb = sql::statement_verb(statement.text);
        if (sql::writes_rows(verb) && sql::mentions(statement.text, statement.schema, source_)) {
            throw Refusal(fmt::format(
                "the binlog holds a statement on {} in STATEMENT format at {}: \"{}\"; its rows "
                "cannot"
                " be replayed; make every session write ROW format (SET GLOBAL binlog_format='ROW'"
                " and reconnect the application) and start again",
                sql::quote(source_), transaction.end.text(), shortened(statement.text)));
        }
        if (!logged_) refuse_strangers(transaction, statement);
        const bool ours = swap_expected_ && is_our_swap(statement);
        if (!ours && changes_source(statement)) {
            throw Refusal(fmt::format(
                "somebody changed {} itself during the run, at {}: \"{}\"; {}", sql::quote(source_),
                transaction.end.text(), shortened(statement.text),
                reverts_ ? "the migration can no longer be taken back; both tables stay"
                         : "the ghost table no longer matches it; drop the ghost table and start"
                           " again"));
        }
    }
    if (!transaction.unseen_xa.empty() && !unseen_xa_allowed_) {
        throw Refusal(
            fmt::format("XA COMMIT {} at {} commits rows that were prepared before the run began; "
                        "they may belong"
                        " to {}; start again",
                        transaction.unseen_xa, transaction.end.text(), sql::quote(source_)));
    }
}

bool StatementGuard::changes_source(const binlog::Statement& statement) const {
    return sql::changes_table(without_our_names(statement.text), statement.schema, source_);
}

void StatementGuard::refuse_strangers(const binlog::Transaction& transaction,
                                      const binlog::Statement& statement) const {
    for (const auto& name : ours_) {
        if (!sql::changes_table(statement.text, statement.schema, name)) continue;
        throw Refusal(fmt::format(
            "somebody else works with {}, a name that this run uses, at {}: \"{}\"; another"
            " migration of {} has begun, perhaps on the primary: wait for its end, drop what is "
            "left"
            " and start again",
            sql::quote(name), transaction.end.text(), shortened(statement.text),
            sql::quote(source_)));
    }
}

bool StatementGuard::is_our_swap(const binlog::Statement& statement) const {
    return sql::statement_verb(statement.text) == sql::StatementVerb::kRename &&
           std::any_of(ours_.begin(), ours_.end(), [&](const sql::TableName& name) {
               return statement.text.find(sql::quote(name)) != std::string::npos;
           });
}

/// The scan takes any two names beyond ASCII for the same, because a statement's charset is not
/// known. Our own statements are UTF-8, so our names in them can be told apart.
std::string StatementGuard::without_our_names(std::string text) const {
    for (const auto& name : ours_) {
        const std::string quoted = sql::quote(name);
        for (auto at = text.find(quoted); at != std::string::npos; at = text.find(quoted, at)) {
            text.replace(at, quoted.size(), "`ours`.`ours`");
        }
    }
    return text;
}

}  // namespace wisp::migrator
