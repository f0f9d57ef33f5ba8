// SPDX-License-Identifier: Apache-2.0
// Every column type, its boundary values inserted, updated and deleted through SQL: what comes out
// of the stream must be what a SELECT says.
#include <gtest/gtest.h>

#include <cstdlib>
#include <map>

#include "binlog/value_decoder.h"
#include "tests/db/binlog_reader.h"
#include "tests/support/test_server.h"

namespace wisp::binlog {
namespace {

using sql::Value;

enum class Where : std::uint8_t { kEverywhere, kMysql, kMysql9, kMariadb, kMariadbVector };

struct TypeCase {
    const char* definition;
    const char* select;  // of column c, as text to compare with
    std::vector<const char*> values;
    Where where = Where::kEverywhere;
};

const std::vector<TypeCase>& type_cases() {
    static const std::vector<TypeCase> kCases{
        {"TINYINT", "c", {"-128", "127", "0", "-1"}},
        {"TINYINT UNSIGNED", "c", {"0", "255", "128"}},
        {"SMALLINT", "c", {"-32768", "32767"}},
        {"SMALLINT UNSIGNED ZEROFILL", "c+0", {"65535", "1"}},
        {"MEDIUMINT", "c", {"-8388608", "8388607", "-1"}},
        {"MEDIUMINT UNSIGNED", "c", {"16777215"}},
        {"INT", "c", {"-2147483648", "2147483647"}},
        {"INT UNSIGNED", "c", {"4294967295"}},
        {"BIGINT", "c", {"-9223372036854775808", "9223372036854775807"}},
        {"BIGINT UNSIGNED", "c", {"18446744073709551615", "9223372036854775808"}},
        {"DECIMAL(1,0)", "c", {"-9", "0"}},
        {"DECIMAL(9,9)", "c", {"0.123456789", "-0.000000001"}},
        {"DECIMAL(10,2) UNSIGNED", "c", {"99999999.99", "0.01"}},
        {"DECIMAL(65,30)",
         "c",
         {"99999999999999999999999999999999999.999999999999999999999999999999",
          "-12345678901234567890123456789012345.000000000000000000000000000001"}},
        {"DECIMAL(18,9)", "c", {"-123456789.987654321"}},
        {"FLOAT", "c*1e0", {"0.1", "-3.4e38", "1.1754944e-38", "16777217", "-0.0"}},
        {"DOUBLE", "c", {"0.1", "-1.7976931348623157e308", "2.2250738585072014e-308", "1e15"}},
        {"BIT(1)", "c+0", {"b'0'", "b'1'"}},
        {"BIT(11)", "c+0", {"b'10000000001'", "5"}},
        {"BIT(64)", "c+0", {"18446744073709551615", "1"}},
        {"YEAR", "c+0", {"0", "1901", "2155"}},
        {"DATE", "c", {"'0000-00-00'", "'2020-00-00'", "'2024-02-29'", "'9999-12-31'"}},
        {"TIME", "c", {"'-838:59:59'", "'838:59:59'", "'00:00:00'", "'-00:00:01'"}},
        {"TIME(1)", "c", {"'-00:00:00.1'", "'12:34:56.9'"}},
        {"TIME(3)", "c", {"'-00:00:00.001'", "'-10:00:00.999'"}},
        {"TIME(6)", "c", {"'-838:59:58.999999'", "'00:00:00.000001'", "'-00:00:00.000001'"}},
        {"DATETIME", "c", {"'0000-00-00 00:00:00'", "'9999-12-31 23:59:59'", "'2020-00-01 00:00'"}},
        {"DATETIME(2)", "c", {"'2020-01-02 03:04:05.06'"}},
        {"DATETIME(5)", "c", {"'2020-01-02 03:04:05.00001'"}},
        {"DATETIME(6)", "c", {"'1000-01-01 00:00:00.000001'", "'9999-12-31 23:59:59.999999'"}},
        {"TIMESTAMP NULL",
         "c",
         {"'0000-00-00 00:00:00'", "'1970-01-01 00:00:01'", "'2038-01-19 03:14:07'"}},
        {"TIMESTAMP(3) NULL", "c", {"'2020-03-29 01:30:00.123'", "'0000-00-00 00:00:00'"}},
        {"TIMESTAMP(6) NULL", "c", {"'2020-10-25 01:30:00.000001'"}},
        {"CHAR(10) CHARACTER SET latin1", "HEX(c)", {"'abc '", "''", "_latin1 X'80FF5C27'"}},
        {"CHAR(255) CHARACTER SET utf8mb4", "HEX(c)", {"REPEAT(_utf8mb4 X'F09F9880', 255)", "'x'"}},
        {"VARCHAR(255) CHARACTER SET latin1", "HEX(c)", {"REPEAT('a', 255)", "'trailing  '"}},
        {"VARCHAR(256) CHARACTER SET latin1", "HEX(c)", {"REPEAT('a', 256)", "''"}},
        {"VARCHAR(5000) CHARACTER SET utf8mb4", "HEX(c)", {"REPEAT(_utf8mb4 X'C3A9', 5000)"}},
        {"VARCHAR(20) CHARACTER SET ucs2", "HEX(c)", {"'ab'"}},
        {"BINARY(4)", "HEX(c)", {"X'00000000'", "X'FF00'", "X'20202020'"}},
        {"BINARY(255)", "HEX(c)", {"REPEAT(X'FF', 255)"}},
        {"VARBINARY(300)", "HEX(c)", {"X'0000'", "REPEAT(X'00FF', 150)"}},
        {"TINYTEXT", "HEX(c)", {"''", "REPEAT('x', 255)"}},
        {"TEXT", "HEX(c)", {"REPEAT('x', 65535)"}},
        {"MEDIUMTEXT", "HEX(c)", {"REPEAT('x', 70000)"}},
        {"LONGTEXT", "HEX(c)", {"'long'"}},
        {"TINYBLOB", "HEX(c)", {"X'00'"}},
        {"LONGBLOB", "HEX(c)", {"REPEAT(X'00FF', 100000)"}},
        {"ENUM('a','b','c')", "c+0", {"'a'", "'c'"}},
        {"SET('a','b','c')", "c+0", {"''", "'a,c'", "'a,b,c'"}},
        {"SET('1','2','3','4','5','6','7','8','9')", "c+0", {"256", "511"}},
        {"POINT",
         "HEX(c)",
         {"ST_GeomFromText('POINT(1 2)')", "ST_GeomFromText('POINT(3 4)', 4326)"}},
        {"GEOMETRY", "HEX(c)", {"ST_GeomFromText('LINESTRING(0 0,1 1,2 2)')"}},
        {"POINT SRID 4326", "HEX(c)", {"ST_GeomFromText('POINT(10 20)', 4326)"}, Where::kMysql9},
        {"VECTOR(3)", "HEX(c)", {"STRING_TO_VECTOR('[1,-2.5,3e10]')"}, Where::kMysql9},
        {"VECTOR(3) NOT NULL", "HEX(c)", {"VEC_FromText('[1,-2.5,0]')"}, Where::kMariadbVector},
        {"UUID",
         "c",
         {"'123e4567-e89b-12d3-a456-426655440000'", "'ffffffff-ffff-ffff-ffff-000000000000'"},
         Where::kMariadb},
        {"INET6", "c", {"'2001:db8::'", "'::'", "'::ffff:192.0.2.1'"}, Where::kMariadb},
        {"INET4", "c", {"'10.0.0.0'", "'255.255.255.255'", "'0.0.0.0'"}, Where::kMariadb},
        {"VARCHAR(2000) COMPRESSED",
         "HEX(c)",
         {"''", "'short'", "REPEAT('compress me ', 150)"},
         Where::kMariadb},
        {"VARCHAR(255) COMPRESSED CHARACTER SET latin1",
         "HEX(c)",
         {"REPEAT('a', 254)", "'b'"},
         Where::kMariadb},
        {"MEDIUMTEXT COMPRESSED",
         "HEX(c)",
         {"REPEAT('compress me ', 20000)", "''"},
         Where::kMariadb},
        {"BLOB COMPRESSED", "HEX(c)", {"REPEAT(X'00FF', 5000)"}, Where::kMariadb},
    };
    return kCases;
}

std::string hex(std::string_view bytes) {
    std::string digits;
    for (const char c : bytes) {
        constexpr std::string_view kDigits = "0123456789ABCDEF";
        digits += kDigits[static_cast<unsigned char>(c) >> 4U];
        digits += kDigits[static_cast<unsigned char>(c) & 15U];
    }
    return digits;
}

/// True if the decoded value is what the server shows.
bool same(const Value& value, const std::string& definition, const std::string& shown) {
    switch (value.kind) {
        case Value::Kind::kSigned:
            return std::to_string(value.integer) == shown;
        case Value::Kind::kUnsigned:
            return std::to_string(value.unsigned_integer) == shown;
        case Value::Kind::kFloat:
        case Value::Kind::kDouble:
            return value.real == std::strtod(shown.c_str(), nullptr);
        case Value::Kind::kText:
            return value.text == shown;
        case Value::Kind::kBytes:
            break;
        default:
            return false;
    }
    if (definition.starts_with("UUID")) return uuid_text(value.bytes) == shown;
    if (definition.starts_with("INET6")) return inet6_text(value.bytes) == shown;
    if (definition.starts_with("INET4")) return inet4_text(value.bytes) == shown;
    std::string digits = hex(value.bytes);
    // BINARY comes without its trailing zero bytes.
    if (definition.starts_with("BINARY")) digits.resize(shown.size(), '0');
    return digits == shown;
}

class BinlogTypes : public test::ServerTest {
  protected:
    [[nodiscard]] bool has(Where where, const mysql::Connection& connection) const {
        const auto& server = connection.server();
        switch (where) {
            case Where::kEverywhere:
                return true;
            case Where::kMysql:
                return !server.mariadb();
            case Where::kMysql9:
                return !server.mariadb() && server.version >= 90000;
            case Where::kMariadb:
                return server.mariadb();
            case Where::kMariadbVector:
                return server.mariadb() && server.version >= 110700;
        }
        return false;
    }

    struct Written {
        const TypeCase* type;
        sql::TableName name;
        std::map<std::int64_t, std::string> shown;  // by id
    };

    /// Writes the values, moves every id up by 1000, deletes everything.
    static Written write(test::TmpSchema& schema, const TypeCase& type) {
        auto& connection = schema.connection();
        const auto table = schema.table(std::string("(id INT PRIMARY KEY, c ") + type.definition +
                                        ") ENGINE=InnoDB");
        Written written{&type, {schema.name(), "t" + std::to_string(++tables_)}, {}};
        int id = 0;
        for (const auto* value : type.values)
            connection.execute("INSERT INTO " + table + " VALUES (" + std::to_string(++id) + ", " +
                               value + ")");
        const auto result =
            connection.query(std::string("SELECT id, ") + type.select + " FROM " + table);
        for (const auto& row : result)
            written.shown[static_cast<std::int64_t>(row.number(0))] = row.text(1);
        connection.execute("UPDATE " + table + " SET id = id + 1000");
        connection.execute("DELETE FROM " + table);
        return written;
    }

    static void check(const Written& written, const Change& change,
                      std::span<const ColumnHint> hints) {
        DecodedRow row;
        const auto image = [&](const char* which, const Expected<void>& done) {
            ASSERT_TRUE(done) << written.type->definition << ": " << done.error();
            const auto id = row.values[0].integer % 1000;
            EXPECT_TRUE(same(row.values[1], written.type->definition, written.shown.at(id)))
                << written.type->definition << ' ' << which << " image of row " << id
                << ": server shows " << written.shown.at(id).substr(0, 100) << ", decoded text '"
                << row.values[1].text << "' bytes " << hex(row.values[1].bytes).substr(0, 100)
                << " integers " << row.values[1].integer << ' ' << row.values[1].unsigned_integer
                << " real " << row.values[1].real;
        };
        if (change.kind != ChangeKind::kInsert)
            image("before", decode_before(change, hints, kAllColumns, row));
        if (change.kind != ChangeKind::kDelete)
            image("after", decode_after(change, hints, kAllColumns, row));
    }

    /// Writes all cases, then reads them back; `hint` makes the hints of column c.
    void round_trip(const std::vector<TypeCase>& cases,
                    const std::function<ColumnHint(const TypeCase&)>& hint) {
        tables_ = 0;
        test::TmpSchema schema(server().primary);
        auto& connection = schema.connection();
        const auto start = test::binlog_end(connection);
        std::vector<Written> all;
        std::vector<sql::TableName> watched;
        std::vector<std::vector<ColumnHint>> hints;
        for (const auto& type : cases) {
            if (!has(type.where, connection)) continue;
            SCOPED_TRACE(type.definition);
            all.push_back(write(schema, type));
            watched.push_back(all.back().name);
            hints.push_back({ColumnHint{}, hint(type)});
        }
        std::map<std::string, std::size_t> changes;
        for (const auto& transaction : test::read_binlog(connection, start, watched, hints)) {
            for (const auto& change : transaction.changes) {
                const auto& name = change.block->table->table;
                ++changes[name];
                const auto index = std::stoul(name.substr(1)) - 1;
                check(all[index], change, hints[index]);
            }
        }
        for (const auto& written : all)
            EXPECT_EQ(changes[written.name.table], 3 * written.type->values.size())
                << written.type->definition;
    }

    static inline unsigned tables_ = 0;
};

TEST_P(BinlogTypes, ComeOutAsSelectShowsThem) {
    round_trip(type_cases(), [](const TypeCase& type) {
        return ColumnHint{std::string_view(type.definition).find("UNSIGNED") != std::string::npos,
                          0};
    });
}

/// A global variable with another value for a while.
class GlobalSetting {
  public:
    GlobalSetting(mysql::Connection& connection, std::string name, const std::string& value)
        : connection_(connection),
          name_(std::move(name)),
          before_(connection.scalar("SELECT @@global." + name_).value_or("")) {
        connection_.execute("SET GLOBAL " + name_ + " = " + value);
    }
    GlobalSetting(const GlobalSetting&) = delete;
    GlobalSetting& operator=(const GlobalSetting&) = delete;
    ~GlobalSetting() { connection_.execute("SET GLOBAL " + name_ + " = " + before_); }

  private:
    mysql::Connection& connection_;
    std::string name_;
    std::string before_;
};

TEST_P(BinlogTypes, ComeOutOfMariadbsOldTemporalFormat) {
    const auto connection = connect();
    if (!connection->server().mariadb()) GTEST_SKIP() << "MariaDB only";
    const GlobalSetting old_format(*connection, "mysql56_temporal_format", "OFF");
    const std::vector<TypeCase> cases{
        {"TIME", "c", {"'-838:59:59'", "'838:59:59'"}},
        {"TIME(1)", "c", {"'-00:00:00.1'", "'12:34:56.9'"}},
        {"TIME(3)", "c", {"'-838:59:58.999'", "'838:59:59'"}},
        {"TIME(6)", "c", {"'-00:00:00.000001'", "'838:59:59.999999'"}},
        {"DATETIME", "c", {"'0000-00-00 00:00:00'", "'9999-12-31 23:59:59'"}},
        {"DATETIME(1)", "c", {"'2020-00-02 03:04:05.6'"}},
        {"DATETIME(4)", "c", {"'9999-12-31 23:59:59.9999'"}},
        {"DATETIME(6)", "c", {"'1000-01-01 00:00:00.000001'", "'0000-00-00 00:00:00'"}},
        {"TIMESTAMP NULL", "c", {"'2020-10-25 01:30:00'"}},
        {"TIMESTAMP(2) NULL", "c", {"'2020-10-25 01:30:00.12'", "'0000-00-00 00:00:00'"}},
        {"TIMESTAMP(5) NULL", "c", {"'2020-10-25 01:30:00.00001'"}},
    };
    round_trip(cases, [](const TypeCase& type) {
        const std::string_view definition = type.definition;
        const auto open = definition.find('(');
        ColumnHint hint;
        if (open != std::string_view::npos)
            hint.fraction_digits_of_old_type =
                static_cast<std::uint8_t>(definition[open + 1] - '0');
        return hint;
    });
}

TEST_P(BinlogTypes, AreTheSameWithFullMetadata) {
    const auto connection = connect();
    if (!connection->server().mariadb() && connection->server().version < 80000)
        GTEST_SKIP() << "no binlog_row_metadata";
    const GlobalSetting full(*connection, "binlog_row_metadata", "'FULL'");
    // Without hints: signedness is in the log. YEAR among numbers shows whether it takes a bit.
    test::TmpSchema schema(server().primary);
    auto& session = schema.connection();
    const auto table = schema.table(
        "(id INT PRIMARY KEY, y YEAR, a TINYINT UNSIGNED, b TINYINT, d DECIMAL(3) UNSIGNED, f "
        "FLOAT UNSIGNED, t TIMESTAMP NULL, bt BIT(3), g BIGINT UNSIGNED, h BIGINT, i INT UNSIGNED) "
        "ENGINE=InnoDB");
    const auto start = test::binlog_end(session);
    session.execute("INSERT INTO " + table +
                    " VALUES (-1, 2020, 255, -1, 9, 1, NULL, 5, 18446744073709551615, -1, "
                    "4294967295)");
    const auto read = test::read_binlog(session, start, {{schema.name(), "t1"}});
    ASSERT_EQ(read.size(), 1U);
    DecodedRow row;
    ASSERT_TRUE(decode_after(read[0].changes[0], {}, kAllColumns, row));
    EXPECT_EQ(row.values[0].integer, -1);
    EXPECT_EQ(row.values[1].integer, 2020);
    EXPECT_EQ(row.values[2].unsigned_integer, 255U);
    EXPECT_EQ(row.values[3].integer, -1);
    EXPECT_EQ(row.values[8].unsigned_integer, 18446744073709551615U);
    EXPECT_EQ(row.values[9].integer, -1);
    EXPECT_EQ(row.values[10].unsigned_integer, 4294967295U);
}

WISP_FOR_EACH_SERVER(BinlogTypes);

}  // namespace
}  // namespace wisp::binlog
