// SPDX-License-Identifier: Apache-2.0
#include "migrator/batch_writer.h"

#include <fmt/format.h>

#include "base/fault.h"
#include "mysql/connection.h"
#include "mysql/error.h"
#include "sql/identifier.h"

namespace wisp::migrator {
namespace {

constexpr std::size_t kStatementBytes = 1U << 20U;  // well below any max_allowed_packet
constexpr std::size_t kStatementRows = 1'000;
constexpr std::size_t kStatementKeys = 500;  // longer lists cost the optimizers memory

std::string insert_head(const Plan& plan, const sql::TableName& ghost) {
    std::string columns;
    const auto add = [&](const std::string& name) {
        columns += (columns.empty() ? "" : ",") + sql::quote(name);
    };
    for (const auto& column : plan.columns) add(column.ghost.name);
    for (const auto& column : plan.filled) add(column.name);
    return fmt::format("{} INTO {} ({}) VALUES ", plan.ghost_is_stricter ? "INSERT" : "REPLACE",
                       sql::quote(ghost), columns);
}

/// Collects terms into statements "head + term sep term … + tail".
class TermList {
  public:
    TermList(mysql::Connection& connection, std::string head, std::string separator,
             std::string tail)
        : connection_(connection),
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
        connection_.execute(head_ + text_ + tail_);
        text_.clear();
        count_ = 0;
    }

  private:
    mysql::Connection& connection_;
    std::string head_;
    std::string separator_;
    std::string tail_;
    std::string text_;
    std::size_t count_ = 0;
};

}  // namespace

BatchWriter::BatchWriter(const Plan& plan) : plan_(plan), reader_(plan) {
    set_ghost(plan.names.ghost);
}

void BatchWriter::set_ghost(const sql::TableName& ghost) {
    insert_head_ = insert_head(plan_, ghost);
    delete_head_ = fmt::format("DELETE FROM {} WHERE ", sql::quote(ghost));
}

HeldRows BatchWriter::write(mysql::Connection& connection, const PendingBatch& pending) {
    HeldRows held;
    try {
        write_deletes(connection, pending);
        fault::point("apply.batch");
        write_rows(connection, pending.batch, held);
        connection.execute("COMMIT");
    } catch (const mysql::Error& error) {
        if (error.connection_usable()) connection.execute("ROLLBACK");
        throw;
    }
    return held;
}

void BatchWriter::write_deletes(mysql::Connection& connection, const PendingBatch& pending) {
    const bool single = plan_.key.columns.size() == 1 && !plan_.exact_key;
    const std::string column = sql::quote(plan_.columns[plan_.key.columns.front()].ghost.name);
    TermList deletes = single ? TermList(connection, delete_head_ + column + " IN (", ",", ")")
                              : TermList(connection, delete_head_, " OR ", "");
    for (const auto& [identity, key] : pending.batch.states()) {
        // A stricter ghost gets plain inserts: whatever is there under the key goes first.
        if (!key.deleted && !plan_.ghost_is_stricter) continue;
        deletes.add(single ? reader_.single_key(key.change, key.deleted)
                           : reader_.condition(key.change, key.deleted));
    }
    deletes.flush();
    TermList repeated(connection, delete_head_, " OR ", "");
    for (const auto& condition : pending.repeated_deletes) repeated.add(condition);
    repeated.flush();
}

void BatchWriter::write_rows(mysql::Connection& connection, const ChangeBatch& batch,
                             HeldRows& held) {
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
    for (const auto& [identity, key] : batch.states()) {
        if (key.deleted) continue;
        std::string tuple;
        if (reader_.append_tuple(key.change, tuple)) {
            write_row(connection, tuple, true, identity, key, held);
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

void BatchWriter::insert_rows(mysql::Connection& connection,
                              const std::vector<const KeyState*>& rows,
                              const std::vector<const std::string*>& identities,
                              const std::string& values, HeldRows& held) {
    try {
        connection.execute(insert_head_ + values);
        return;
    } catch (const mysql::Error& error) {
        if (!plan_.ghost_is_stricter || error.kind() != mysql::ErrorKind::kDuplicate) throw;
    }
    // The statement was undone as a whole: find the rows that do not fit, keep the others.
    for (std::size_t i = 0; i < rows.size(); ++i) {
        std::string tuple;
        const bool lenient = reader_.append_tuple(rows[i]->change, tuple);
        write_row(connection, tuple, lenient, *identities[i], *rows[i], held);
    }
}

void BatchWriter::write_row(mysql::Connection& connection, const std::string& tuple, bool lenient,
                            const std::string& identity, const KeyState& key, HeldRows& held) {
    try {
        if (lenient) {
            write_lenient(connection, insert_head_ + tuple);
        } else {
            connection.execute(insert_head_ + tuple);
        }
    } catch (const mysql::Error& error) {
        if (!plan_.ghost_is_stricter || error.kind() != mysql::ErrorKind::kDuplicate) throw;
        held.emplace(identity, key);
    }
}

void BatchWriter::write_lenient(mysql::Connection& connection, const std::string& statement) {
    // Strict mode refuses to write the ENUM error value '' that a lenient session once stored.
    constexpr const char* kStrict =
        "SET SESSION sql_mode = CONCAT(@@SESSION.sql_mode, ',STRICT_ALL_TABLES')";
    connection.execute(
        "SET SESSION sql_mode = REPLACE(@@SESSION.sql_mode, 'STRICT_ALL_TABLES', '')");
    try {
        connection.execute(statement);
    } catch (const mysql::Error& error) {
        if (error.connection_usable()) connection.execute(kStrict);
        throw;
    }
    connection.execute(kStrict);
}

}  // namespace wisp::migrator
