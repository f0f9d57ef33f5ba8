// SPDX-License-Identifier: Apache-2.0
// Literals on real servers. Identity: a value written through append_literal must leave the same
// bytes in a twin table as the original has. Conversion: into a column of another type it must
// leave what INSERT … SELECT leaves there, or fail where that fails. CHECKSUM TABLE compares stored
// bytes.
#pragma once

#include <fmt/format.h>

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sql/literal.h"
#include "sql/table_def.h"
#include "tests/support/test_server.h"

namespace wisp::test {

using Strings = std::vector<std::string>;

/// One row's value as the binlog decoder would give it; value.bytes is to point to `bytes`.
struct Decoded {
    std::string bytes;
    sql::Value value;
};

/// The decoded form of what a test selected: a number for ENUM, SET and BIT, HEX() for strings.
[[nodiscard]] Decoded decoded(const sql::Column& column, std::string_view cell);

class LiteralDbTest : public ServerTest {
  protected:
    void SetUp() override {
        ServerTest::SetUp();
        if (IsSkipped()) return;
        schema_.emplace(server().primary);
    }

    mysql::Connection& connection() { return schema_->connection(); }

    /// The column c of this definition as the catalogue tells it; null if the server does not know
    /// the type: tests skip types, not servers.
    const sql::Column* describe(const std::string& definition) {
        const auto known = columns_.find(definition);
        if (known != columns_.end()) return known->second ? &*known->second : nullptr;
        auto& column = columns_[definition];
        const std::string name = schema_->qualified("catalogue");
        try {
            connection().execute(create("TABLE", name, definition));
        } catch (const mysql::Error&) {
            return nullptr;
        }
        column = read_catalogue();
        connection().execute("DROP TABLE " + name);
        return &*column;
    }
    sql::Column read_catalogue();

    static std::string create(std::string_view what, std::string_view name,
                              std::string_view definition) {
        return fmt::format("CREATE {} {} (id INT PRIMARY KEY, c {}) CHARACTER SET utf8mb4", what,
                           name, definition);
    }
    /// Temporary, because that is many times faster on MySQL.
    std::string table(const std::string& definition) {
        std::string name = schema_->qualified(fmt::format("t{}", ++tables_));
        connection().execute(create("TEMPORARY TABLE", name, definition));
        return name;
    }

    /// The rows' values in the order of id, each through append_literal.
    Strings literals_of(const std::string& from, const sql::Column& column,
                        sql::Conversion conversion);
    std::string checksum(const std::string& table) {
        const auto rows = connection().query("CHECKSUM TABLE " + table);
        return rows[0].text(1);
    }
    /// What the rows look like, for the message of a failure.
    std::string shown(const std::string& table) {
        std::string out;
        const auto rows = connection().query("SELECT id, LEFT(c, 80), LEFT(HEX(c), 80) FROM " +
                                             table + " ORDER BY id");
        for (const mysql::Row& row : rows) {
            out += fmt::format("\n    {}: {}", row[0], row.is_null(1) ? "NULL" : row[1]);
        }
        return out;
    }
    /// Runs it; the error number, 0 if there was none.
    unsigned attempt(const std::string& statement) {
        try {
            connection().execute(statement);
            return 0;
        } catch (const mysql::Error& error) {
            return error.code();
        }
    }

    void expect_identity(const std::string& definition, const Strings& expressions);
    void expect_conversion(const std::string& from, const std::string& to,
                           const Strings& expressions);

    std::string fill(const std::string& definition, const Strings& expressions) {
        std::string name = table(definition);
        for (std::size_t i = 0; i < expressions.size(); ++i) {
            connection().execute(
                fmt::format("INSERT INTO {} VALUES ({}, {})", name, i + 1, expressions[i]));
        }
        return name;
    }

    std::optional<TmpSchema> schema_;
    std::map<std::string, std::optional<sql::Column>> columns_;
    unsigned tables_ = 0;
};

}  // namespace wisp::test
