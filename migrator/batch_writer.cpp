// SPDX-License-Identifier: Apache-2.0
#include "migrator/batch_writer.h"

#include <fmt/format.h>

#include "base/fault.h"
#include "migrator/copy_sql.h"
#include "migrator/refusal.h"
#include "mysql/connection.h"
#include "mysql/error.h"
#include "sql/identifier.h"

namespace wisp::migrator {
namespace {

constexpr std::size_t kStatementRows = 1'000;
constexpr std::size_t kStatementKeys = 500;  // longer lists cost the optimizers memory

std::string insert_head(const Plan& plan, const sql::TableName& ghost) {
    return fmt::format("{} INTO {}", plan.ghost_is_stricter ? "INSERT" : "REPLACE",
                       sql::quote(ghost));
}

/// Collects terms into statements "head + term sep term … + tail".
class TermList {
  public:
    TermList(mysql::Connection& connection, const Plan& plan, std::string head,
             std::string separator, std::string tail)
        : connection_(connection),
          plan_(plan),
          head_(std::move(head)),
          separator_(std::move(separator)),
          tail_(std::move(tail)) {}

    void add(const std::string& term) {
        if (count_ > 0) text_ += separator_;
        text_ += term;
        if (++count_ >= kStatementKeys || text_.size() >= kStatementBytes) flush();
    }
    void flush() {
        if (count_ == 0) return;
        refuse_warnings(connection_, connection_.execute(head_ + text_ + tail_), plan_);
        text_.clear();
        count_ = 0;
    }

  private:
    mysql::Connection& connection_;
    const Plan& plan_;
    std::string head_;
    std::string separator_;
    std::string tail_;
    std::string text_;
    std::size_t count_ = 0;
};

}  // namespace

Piece whole(const PendingBatch& pending) {
    return {pending.batch.in_key_order(), pending.repeated_deletes};
}

BatchWriter::BatchWriter(const Plan& plan) : plan_(plan), reader_(plan), kept_(plan) {
    set_ghost(plan.names.ghost);
}

void BatchWriter::set_ghost(const sql::TableName& ghost) {
    ghost_ = ghost;
    const std::string head = insert_head(plan_, ghost);
    insert_head_ = fmt::format("{} ({}{}) VALUES ", head, columns_of_ghost(plan_), kept_.names());
    from_source_head_ = head + columns_from_source(plan_);
    delete_head_ = fmt::format("DELETE FROM {} WHERE ", sql::quote(ghost));
}

HeldRows BatchWriter::write(mysql::Connection& connection, const Piece& piece) {
    HeldRows held;
    try {
        const bool deletes_first = !fault::rule_off("R6");
        if (deletes_first) write_deletes(connection, piece);
        fault::point("apply.batch");
        write_rows(connection, piece, held);
        write_rows_from_source(connection, piece, held);
        if (!deletes_first) write_deletes(connection, piece);
        connection.execute("COMMIT");
    } catch (const mysql::Error& error) {
        if (error.connection_usable()) connection.execute("ROLLBACK");
        throw;
    }
    return held;
}

std::vector<std::string> BatchWriter::append_row(const ChangeBatch::State& state,
                                                 std::string& out) {
    auto lenient = reader_.append_tuple(state.second.change, out);
    if (!kept_.any()) return lenient;
    out.pop_back();
    kept_.append(state, out, lenient);
    out += ')';
    return lenient;
}

void BatchWriter::write_deletes(mysql::Connection& connection, const Piece& piece) {
    const bool single = plan_.key.columns.size() == 1 && !plan_.exact_key;
    const std::string column = sql::quote(plan_.columns[plan_.key.columns.front()].ghost.name);
    TermList deletes = single
                           ? TermList(connection, plan_, delete_head_ + column + " IN (", ",", ")")
                           : TermList(connection, plan_, delete_head_, " OR ", "");
    for (const auto* state : piece.states) {
        const KeyState& key = state->second;
        // A stricter ghost gets plain inserts: whatever is there under the key goes first.
        if (!key.deleted && !plan_.ghost_is_stricter) continue;
        deletes.add(single ? reader_.single_key(key.change, key.deleted)
                           : reader_.condition(key.change, key.deleted));
    }
    deletes.flush();
    TermList repeated(connection, plan_, delete_head_, " OR ", "");
    for (const auto& condition : piece.repeated_deletes) repeated.add(condition);
    repeated.flush();
}

void BatchWriter::write_rows(mysql::Connection& connection, const Piece& piece, HeldRows& held) {
    std::string values;
    std::vector<const KeyState*> rows;
    std::vector<const std::string*> identities;
    const auto flush = [&] {
        if (rows.empty()) return;
        insert_rows(connection, rows, identities, values, held);
        values.clear();
        rows.clear();
        identities.clear();
    };
    for (std::size_t i = 0; i < piece.states.size(); ++i) {
        const auto* state = piece.states[i];
        const auto& [identity, key] = *state;
        kept_.read_on(connection, ghost_, piece.states, i, reader_);
        if (key.deleted || key.from_source) continue;
        std::string tuple;
        if (const auto lenient = append_row(*state, tuple); !lenient.empty()) {
            insert_or_hold(connection, insert_head_ + tuple, lenient, identity, key, held);
            continue;
        }
        if (values.size() + tuple.size() > kStatementBytes) flush();
        if (!values.empty()) values += ',';
        values += tuple;
        rows.push_back(&key);
        identities.push_back(&identity);
        if (rows.size() >= kStatementRows) flush();
    }
    flush();
}

void BatchWriter::write_rows_from_source(mysql::Connection& connection, const Piece& piece,
                                         HeldRows& held) {
    TermList rows(connection, plan_, from_source_head_, " OR ", "");
    for (const auto* state : piece.states) {
        const auto& [identity, key] = *state;
        if (!key.from_source) continue;
        if (kept_.any()) {
            throw Refusal(fmt::format(
                "a change of {} in the binlog does not tell its whole row, and a column that only"
                " {} has can be kept for whole rows alone: SET GLOBAL binlog_row_image=FULL and"
                " binlog_row_value_options='', and before the next migration",
                sql::quote(plan_.names.source), sql::quote(plan_.names.ghost)));
        }
        const std::string condition = reader_.source_condition(key.change);
        if (plan_.ghost_is_stricter) {
            insert_or_hold(connection, from_source_head_ + condition, {}, identity, key, held);
        } else {
            rows.add(condition);
        }
    }
    rows.flush();
}

void BatchWriter::insert_rows(mysql::Connection& connection,
                              const std::vector<const KeyState*>& rows,
                              const std::vector<const std::string*>& identities,
                              const std::string& values, HeldRows& held) {
    try {
        refuse_warnings(connection, connection.execute(insert_head_ + values), plan_);
        return;
    } catch (const mysql::Error& error) {
        if (!plan_.ghost_is_stricter || error.kind() != mysql::ErrorKind::kDuplicate) throw;
    }
    // The statement was undone as a whole: find the rows that do not fit, keep the others.
    for (std::size_t i = 0; i < rows.size(); ++i) {
        std::string tuple;
        const auto lenient = reader_.append_tuple(rows[i]->change, tuple);
        insert_or_hold(connection, insert_head_ + tuple, lenient, *identities[i], *rows[i], held);
    }
}

void BatchWriter::insert_or_hold(mysql::Connection& connection, const std::string& statement,
                                 const std::vector<std::string>& lenient,
                                 const std::string& identity, const KeyState& key, HeldRows& held) {
    try {
        if (!lenient.empty()) {
            write_lenient(connection, statement, lenient, plan_);
        } else {
            refuse_warnings(connection, connection.execute(statement), plan_);
        }
    } catch (const mysql::Error& error) {
        if (!plan_.ghost_is_stricter || error.kind() != mysql::ErrorKind::kDuplicate) throw;
        held.emplace(identity, key);
    }
}

}  // namespace wisp::migrator
