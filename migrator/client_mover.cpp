// SPDX-License-Identifier: Apache-2.0
#include "migrator/client_mover.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <deque>

#include "migrator/copy_sql.h"
#include "migrator/refusal.h"
#include "mysql/connection.h"
#include "mysql/error.h"
#include "sql/identifier.h"
#include "sql/key_range.h"
#include "sql/literal.h"

namespace wisp::migrator {
namespace {

using Kind = sql::Value::Kind;

/// What is read at a time, and so held in memory: few rows where they are large.
constexpr std::size_t kMostRows = 1'000;
constexpr std::size_t kPageBytes = 8U << 20U;
constexpr std::size_t kKeysAsked = 200;  // in one statement

template <typename Number>
Number number(std::string_view text) {
    Number value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) {
        throw Refusal(
            fmt::format("the server shows the number {}, which this program cannot read; run with"
                        " --mover=server",
                        text));
    }
    return value;
}

bool is_real(const sql::Column& column) {
    return column.data_type == "float" || column.data_type == "double";
}

/// Shown by number: ENUM, SET and BIT without a sign.
bool is_unsigned_number(const sql::Column& column) {
    const std::string& type = column.data_type;
    return type == "enum" || type == "set" || type == "bit" ||
           (sql::is_integer_type(type) && column.is_unsigned);
}

bool is_shown_as_text(const sql::Column& column) {
    static constexpr std::array kTypes{"decimal",   "date", "time",  "datetime",
                                       "timestamp", "uuid", "inet4", "inet6"};
    return std::find(kTypes.begin(), kTypes.end(), column.data_type) != kTypes.end();
}

/// Undoes what the chunk has written, unless it is committed.
class Transaction {
  public:
    explicit Transaction(mysql::Connection& connection) : connection_(connection) {
        connection_.execute("START TRANSACTION");
    }
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;
    ~Transaction() {
        if (done_ || !connection_.usable()) return;
        try {
            connection_.execute("ROLLBACK");
        } catch (const mysql::Error&) {  // then the connection is lost, and with it the rows
        }
    }
    void commit() {
        connection_.execute("COMMIT");
        done_ = true;
    }

  private:
    mysql::Connection& connection_;
    bool done_ = false;
};

}  // namespace

std::string json_is_plain(const sql::Column& column) {
    const std::string text = fmt::format("CAST({} AS CHAR)", sql::quote(column.name));
    return fmt::format("({0} <=> CAST({1} AS JSON) AND {1} <=> CAST(CAST({1} AS JSON) AS CHAR))",
                       sql::quote(column.name), text);
}

std::string exact_expression(const sql::Column& column) {
    const std::string name = sql::quote(column.name);
    const std::string& type = column.data_type;
    if (type == "set") return "(" + name + "|0)";  // + would make a DOUBLE of 64 members
    if (type == "enum" || type == "bit" || type == "year") return name + "+0";
    // A FLOAT is shown with six digits, a DOUBLE(M,D) with D; a product in full, and -0 stays -0.
    if (is_real(column)) return name + "*1e0";
    return name;
}

sql::Value exact_value(const sql::Column& column, const std::optional<std::string_view>& cell) {
    sql::Value value;
    if (!cell) return value;
    if (is_unsigned_number(column)) {
        value.kind = Kind::kUnsigned;
        value.unsigned_integer = number<std::uint64_t>(*cell);
    } else if (sql::is_integer_type(column.data_type) || column.data_type == "year") {
        value.kind = Kind::kSigned;
        value.integer = number<std::int64_t>(*cell);
    } else if (is_real(column)) {
        value.kind = column.data_type == "float" ? Kind::kFloat : Kind::kDouble;
        value.real = number<double>(*cell);
    } else if (is_shown_as_text(column)) {
        value.kind = Kind::kText;
        value.text = *cell;
    } else if (column.data_type == "json") {
        value.kind = Kind::kJson;
        value.text = "CAST(";
        sql::append_bytes(value.text, *cell, "utf8mb4");
        value.text += " AS JSON)";
    } else {
        value.kind = Kind::kBytes;
        value.bytes = *cell;
    }
    return value;
}

/// Rows as they are written, in key order.
struct ClientMover::Page {
    struct Entry {
        std::string tuple;
        std::vector<std::string> lenient;  // columns that only a session without strict mode writes
        std::string in_source;             // condition that finds it there
        std::string in_ghost;              // and here
    };
    std::vector<Entry> entries;
    std::vector<std::string> last;  // key literals
};

ClientMover::ClientMover(const Plan& plan, mysql::Connector source,
                         const std::vector<mysql::Connector>& further)
    : plan_(plan), source_(std::move(source)), further_(further) {
    std::string list;
    for (const auto& column : plan.columns) list += exact_expression(column.source) + ", ";
    for (const auto& column : plan.columns) {
        if (column.source.data_type == "json") list += json_is_plain(column.source) + ", ";
    }
    list.resize(list.size() - 2);
    select_ = fmt::format("SELECT {} FROM {} FORCE INDEX ({}) WHERE ", list,
                          sql::quote(plan.names.source), sql::quote(plan.key.source_index_name));
    order_ = fmt::format(" ORDER BY {} LIMIT ", sql::order_by(key_columns(plan)));
    insert_ = fmt::format("INSERT INTO {} ({}) VALUES ", sql::quote(plan.names.ghost),
                          columns_of_ghost(plan));
    tail_ = keep_what_is_there(plan);
    other_unique_keys_ = has_other_unique_keys(plan);
}

mysql::Connection& ClientMover::reader(const std::stop_token& stop) {
    if (!reader_ || !reader_->usable()) {
        reader_ = source_.connect_with_retry(stop);
        // Bytes as they are stored, whatever their character set.
        reader_->execute("SET SESSION character_set_results = NULL");
    }
    return *reader_;
}

mysql::Connection& ClientMover::reader(mysql::Connection& /*connection*/,
                                       const std::stop_token& stop) {
    return reader(stop);
}

Moved ClientMover::move(mysql::Connection& connection, const Range& range, const Proof& prove,
                        const std::stop_token& stop) {
    Moved moved;
    if (prove) prove(reader(stop));
    on_ghosts(connection, stop, [&](const Ghosts& ghosts) { copy(ghosts, range, moved, stop); });
    return moved;
}

void ClientMover::remove(mysql::Connection& connection, const std::string& condition,
                         const std::stop_token& stop) {
    on_ghosts(connection, stop, [&](const Ghosts& ghosts) {
        for (auto* ghost : ghosts) ghost->execute(delete_from_ghost(plan_, condition));
    });
}

void ClientMover::on_ghosts(mysql::Connection& connection, const std::stop_token& stop,
                            const std::function<void(const Ghosts&)>& work) {
    Ghosts ghosts{&connection};
    const auto further = further_.sessions(stop);
    ghosts.insert(ghosts.end(), further.begin(), further.end());
    try {
        const std::stop_callback cancel(stop, [&] {
            for (auto* ghost : further) ghost->cancel();
        });
        work(ghosts);
    } catch (const mysql::Error&) {
        further_.bury_lost(stop);
        throw;
    }
}

void ClientMover::copy(const Ghosts& ghosts, const Range& range, Moved& moved,
                       const std::stop_token& stop) {
    std::deque<Transaction> transactions;
    for (auto* ghost : ghosts) transactions.emplace_back(*ghost);
    const std::string all = "(" + range_condition(plan_, range) + ")";
    std::string condition = all;
    for (;;) {
        const std::size_t asked = page_rows_;
        const Page page = read(condition, stop);
        moved.rows_read += page.entries.size();
        for (auto* ghost : ghosts) {
            const std::uint64_t inserted = write(*ghost, page);
            moved.rows_inserted += inserted;
            if (inserted < page.entries.size() && other_unique_keys_) {
                find_missing(*ghost, page, moved);
            }
        }
        if (page.entries.size() < asked) break;
        condition = all + " AND " + sql::greater_than(key_columns(plan_), page.last);
    }
    for (auto& transaction : transactions) transaction.commit();
}

ClientMover::Page ClientMover::read(const std::string& condition, const std::stop_token& stop) {
    mysql::Connection& reader = this->reader(stop);
    const std::stop_callback cancel(stop, [&] { reader.cancel(); });
    const auto rows = reader.query(select_ + condition + order_ + std::to_string(page_rows_));
    Page page;
    page.entries.reserve(rows.size());
    std::vector<sql::Value> values(plan_.columns.size());
    for (const auto& row : rows) {
        auto& entry = page.entries.emplace_back();
        for (std::size_t i = 0; i < values.size(); ++i) {
            const MappedColumn& column = plan_.columns[i];
            values[i] =
                exact_value(column.source, row.is_null(i) ? std::nullopt : std::optional(row[i]));
            if (sql::refused_by_strict(values[i], column.source)) {
                entry.lenient.push_back(column.ghost.name);
            }
            entry.tuple += i == 0 ? "(" : ",";
            entry.tuple += column.wrap(sql::literal(values[i], column.source, column.conversion));
        }
        for (const auto& column : plan_.filled) entry.tuple += "," + column.expression;
        entry.tuple += ")";
        std::vector<std::string> key;
        std::vector<std::string> ghost_key;
        for (const auto i : plan_.key.columns) {
            const MappedColumn& column = plan_.columns[i];
            key.push_back(sql::literal(values[i], column.source));
            ghost_key.push_back(
                column.wrap(sql::literal(values[i], column.source, column.conversion)));
        }
        entry.in_source = sql::equal_to(key_columns(plan_), key);
        entry.in_ghost = key_condition(plan_, ghost_key, plan_.exact_key);
        for (std::size_t i = values.size(); i < row.size(); ++i) {
            if (row[i] != "0") continue;
            throw Refusal(fmt::format(
                "the row of {} with {} has a JSON document that JSON text does not tell exactly"
                " (a DECIMAL, a date or bytes inside); run with --mover=server",
                sql::quote(plan_.names.source), entry.in_source));
        }
        page.last = std::move(key);
    }
    std::size_t bytes = 0;
    for (const auto& entry : page.entries) bytes += entry.tuple.size();
    if (bytes > 0) {
        page_rows_ =
            std::clamp(page.entries.size() * kPageBytes / bytes, std::size_t{1}, kMostRows);
    }
    return page;
}

std::uint64_t ClientMover::write(mysql::Connection& connection, const Page& page) const {
    std::uint64_t inserted = 0;
    std::string values;
    const auto flush = [&] {
        if (values.empty()) return;
        const auto done = connection.execute(insert_ + values + tail_);
        refuse_warnings(connection, done, plan_);
        inserted += done.affected_rows;
        values.clear();
    };
    for (const auto& entry : page.entries) {
        if (!entry.lenient.empty()) {
            const std::string statement = insert_ + entry.tuple + tail_;
            inserted += write_lenient(connection, statement, entry.lenient, plan_).affected_rows;
            continue;
        }
        if (values.size() + entry.tuple.size() > kStatementBytes) flush();
        if (!values.empty()) values += ',';
        values += entry.tuple;
    }
    flush();
    return inserted;
}

void ClientMover::find_missing(mysql::Connection& connection, const Page& page,
                               Moved& moved) const {
    const std::string ghost = fmt::format("{} FORCE INDEX ({})", sql::quote(plan_.names.ghost),
                                          sql::quote(ghost_key_name(plan_)));
    for (std::size_t first = 0; first < page.entries.size(); first += kKeysAsked) {
        const std::size_t end = std::min(first + kKeysAsked, page.entries.size());
        std::string list;
        for (std::size_t i = first; i < end; ++i) {
            list += fmt::format("{}EXISTS (SELECT 1 FROM {} WHERE {})", i == first ? "" : ", ",
                                ghost, page.entries[i].in_ghost);
        }
        const auto answer = connection.query("SELECT " + list);
        for (std::size_t i = first; i < end; ++i) {
            if (answer[0][i - first] == "0") moved.missing.push_back(page.entries[i].in_source);
        }
    }
}

}  // namespace wisp::migrator
