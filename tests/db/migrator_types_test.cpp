// SPDX-License-Identifier: Apache-2.0
// Every column type, with boundary and random values: rows that come through the binlog and the
// applier's literals into the ghost must be, byte for byte, what the server's own ALTER makes of
// the table.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "migrator/client_mover.h"
#include "sql/identifier.h"
#include "tests/db/type_columns.h"
#include "tests/migrator/live.h"
#include "tests/support/test_server.h"

namespace wisp::migrator {
namespace {

using test::Generator;
using test::RandomValues;

constexpr int kRows = 120;

using Columns = test::TypeColumns;

Generator integer(unsigned bytes) {
    return [=](RandomValues& r) { return r.integer(bytes); };
}
Generator unsigned_integer(unsigned bits) {
    return [=](RandomValues& r) { return r.unsigned_integer(bits); };
}
Generator decimal(unsigned precision, unsigned scale) {
    return [=](RandomValues& r) { return r.decimal(precision, scale); };
}
Generator bytes(std::size_t most) {
    return [=](RandomValues& r) { return r.bytes(most); };
}
Generator text(const std::string& charset, std::size_t most) {
    return [=](RandomValues& r) { return r.text(charset, most); };
}

class MigratorTypes : public test::SchemaTest {
  protected:
    void SetUp() override {
        test::SchemaTest::SetUp();
        if (IsSkipped()) return;
        // As a session long ago might have stored it.
        connection().execute("SET SESSION sql_mode = 'NO_ENGINE_SUBSTITUTION'");
    }

    [[nodiscard]] bool mysql_since(unsigned version) {
        const auto& info = connection().server();
        return !info.mariadb() && info.version >= version;
    }
    [[nodiscard]] bool mariadb_since(unsigned version) {
        const auto& info = connection().server();
        return info.mariadb() && info.version >= version;
    }

    static std::string definition(const Columns& columns) {
        std::string text = "(id INT NOT NULL PRIMARY KEY";
        for (std::size_t i = 0; i < columns.size(); ++i)
            text += fmt::format(", c{} {} NULL", i, columns[i].type);
        return text + ") ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARSET=utf8mb4";
    }
    static std::string alter(const Columns& columns) {
        std::string text = "ADD COLUMN extra INT NOT NULL DEFAULT 7";
        for (std::size_t i = 0; i < columns.size(); ++i) {
            if (!columns[i].altered.empty())
                text += fmt::format(", MODIFY c{} {} NULL", i, columns[i].altered);
        }
        return text;
    }
    static std::string row(const Columns& columns, int id, RandomValues& random) {
        std::string values = std::to_string(id);
        const auto number = static_cast<std::size_t>(id);
        for (const auto& column : columns) {
            values += ", ";
            if (number < column.boundaries.size())
                values += column.boundaries[number];
            else
                values += random.one_in(10) ? "NULL" : column.random(random);
        }
        return "(" + values + ")";
    }

    /// Writes rows, moves every key (images before and after), deletes some: then ghost and ALTER.
    void expect_same(const Columns& columns, const std::string& insert = "INSERT INTO ") {
        const std::string table = schema_->table(definition(columns));
        const std::string how = alter(columns);
        test::Replay replay(server().primary,
                            test::live_plan(connection(), test::parse_name(table), how));
        replay.start_applier();
        RandomValues random(columns.size());
        for (int id = 0; id < kRows; ++id)
            connection().execute(insert + table + " VALUES " + row(columns, id, random));
        connection().execute("UPDATE " + table + " SET id = id + 1000 WHERE id % 2 = 0");
        connection().execute("DELETE FROM " + table + " WHERE id % 7 = 0");
        ASSERT_TRUE(replay.catch_up());
        const std::string oracle = schema_->qualified("oracle");
        connection().execute("DROP TABLE IF EXISTS " + oracle);
        connection().execute("CREATE TABLE " + oracle + " LIKE " + table);
        connection().execute("INSERT INTO " + oracle + " SELECT * FROM " + table);
        connection().execute("ALTER TABLE " + oracle + " " + how);
        const std::string ghost = sql::quote(replay.plan().names.ghost);
        expect_same_tables(columns, oracle, ghost);
        if (!plain_json_) return;
        SCOPED_TRACE("copied by the client");
        connection().execute("DELETE FROM " + ghost);
        const mysql::Connector source(server().primary, {});
        ClientMover(replay.plan(), source).move(*connect(), {});
        expect_same_tables(columns, oracle, ghost);
    }

    void expect_same_tables(const Columns& columns, const std::string& oracle,
                            const std::string& ghost) {
        EXPECT_GT(std::stoi(connection().scalar("SELECT COUNT(*) FROM " + ghost).value_or("0")),
                  kRows / 2);
        const auto checksum = [&](const std::string& name) {
            return connection().query("CHECKSUM TABLE " + name)[0].text(1);
        };
        EXPECT_EQ(checksum(oracle), checksum(ghost));
        for (std::size_t i = 0; i < columns.size(); ++i) {
            const auto& column = columns[i];
            const bool number = column.type.starts_with("BIT") || column.type.starts_with("ENUM") ||
                                column.type.starts_with("SET");
            const bool real = column.type.starts_with("FLOAT") || column.type.starts_with("DOUBLE");
            const auto shown = [&](const char* of) {
                const std::string name = fmt::format("{}.c{}", of, i);
                if (number && column.altered.empty()) return name + "+0";
                return real ? name + "*1e0" : "HEX(" + name + ")";
            };
            const auto rows = connection().query(
                fmt::format("SELECT o.id, {0}, {1} FROM {2} AS o LEFT JOIN {3} AS g ON o.id = g.id"
                            " WHERE NOT ({0} <=> {1}) LIMIT 3",
                            shown("o"), shown("g"), oracle, ghost));
            for (const auto& r : rows)
                ADD_FAILURE() << column.type << " -> " << column.altered << " row " << r[0]
                              << "\n  ALTER: " << (r.is_null(1) ? "NULL" : r[1].substr(0, 200))
                              << "\n  ghost: " << (r.is_null(2) ? "NULL" : r[2].substr(0, 200));
        }
    }

    bool plain_json_ = true;  // every document can be told as JSON text
};
WISP_FOR_EACH_SERVER(MigratorTypes);

TEST_P(MigratorTypes, Integers) {
    expect_same({
        {"TINYINT", {"-128", "127"}, integer(1), ""},
        {"TINYINT UNSIGNED", {"0", "255"}, unsigned_integer(8), "SMALLINT"},
        {"SMALLINT", {"-32768", "32767"}, integer(2), "INT"},
        {"SMALLINT UNSIGNED ZEROFILL", {"65535"}, unsigned_integer(16), ""},
        {"MEDIUMINT", {"-8388608", "8388607"}, integer(3), "BIGINT"},
        {"MEDIUMINT UNSIGNED", {"16777215"}, unsigned_integer(24), ""},
        {"INT", {"-2147483648", "2147483647"}, integer(4), "VARCHAR(20)"},
        {"INT UNSIGNED", {"4294967295"}, unsigned_integer(32), "DECIMAL(20,3)"},
        {"BIGINT", {"-9223372036854775808", "9223372036854775807"}, integer(8), ""},
        {"BIGINT UNSIGNED", {"18446744073709551615"}, unsigned_integer(64), ""},
        {"YEAR",
         {"0", "1901", "2155"},
         [](RandomValues& r) { return std::to_string(1901 + r.below(255)); },
         ""},
    });
}

TEST_P(MigratorTypes, Decimals) {
    const std::string nines(35, '9');
    expect_same({
        {"DECIMAL(1,0)", {"-9", "9", "0"}, decimal(1, 0), ""},
        {"DECIMAL(9,9)", {"-0.999999999", "0.000000001"}, decimal(9, 9), ""},
        {"DECIMAL(10,2)", {"-99999999.99"}, decimal(10, 2), "DECIMAL(12,3)"},
        {"DECIMAL(18,9)", {"0.0"}, decimal(18, 9), ""},
        {"DECIMAL(30,30)", {"-0.1"}, decimal(30, 30), ""},
        {"DECIMAL(65,30)", {nines + "." + std::string(30, '9'), "-" + nines}, decimal(65, 30), ""},
        {"DECIMAL(65,0)", {std::string(65, '9'), "-" + std::string(65, '9')}, decimal(65, 0), ""},
        {"DECIMAL(20,4) UNSIGNED",
         {"0"},
         [](RandomValues& r) {
             const auto text = r.decimal(20, 4);
             return text[0] == '-' ? text.substr(1) : text;
         },
         "VARCHAR(40)"},
    });
}

TEST_P(MigratorTypes, RealsAndBits) {
    const Generator real32 = [](RandomValues& r) { return r.float_number(); };
    const Generator real64 = [](RandomValues& r) { return r.double_number(); };
    Columns columns{
        {"FLOAT", {"-0e0", "3.4028234e38", "1.17549435e-38", "1e-45"}, real32, ""},
        {"FLOAT UNSIGNED",
         {"0"},
         [](RandomValues& r) { return std::to_string(r.below(1 << 30)); },
         "DOUBLE"},
        {"DOUBLE",
         {"-0e0", "1.7976931348623157e308", "2.2250738585072014e-308", "5e-324"},
         real64,
         ""},
        {"FLOAT(10,3)", {"0.1"}, [](RandomValues& r) { return r.decimal(9, 3); }, ""},
        {"DOUBLE(20,5)", {"0.1"}, [](RandomValues& r) { return r.decimal(20, 5); }, ""},
    };
    for (unsigned bits = 1; bits <= 64; ++bits) {
        const auto most = bits == 64 ? "18446744073709551615" : std::to_string((1ULL << bits) - 1);
        columns.push_back({fmt::format("BIT({})", bits), {"0", most}, unsigned_integer(bits), ""});
    }
    expect_same(columns);
}

TEST_P(MigratorTypes, DatesAndTimes) {
    const Generator date = [](RandomValues& r) { return r.date(); };
    Columns columns{{"DATE", {"'0000-00-00'", "'2020-00-00'", "'9999-12-31'"}, date, ""},
                    {"DATE", {"'0000-00-00'"}, date, "VARCHAR(20)"}};
    for (auto& column : test::clock_columns("'1970-01-01 00:00:01'")) {
        columns.push_back(std::move(column));
    }
    columns.push_back(
        {"DATETIME(6)", {}, [](RandomValues& r) { return r.datetime(6); }, "DATETIME(2)"});
    columns.push_back({"TIME(4)", {}, [](RandomValues& r) { return r.time(4); }, "VARCHAR(30)"});
    expect_same(columns);
}

TEST_P(MigratorTypes, TextInEveryCharset) {
    for (const auto& columns : test::text_columns(connection())) expect_same(columns);
}

TEST_P(MigratorTypes, TextWhoseCharsetChanges) {
    Columns columns;
    for (const auto& row : connection().query("SHOW CHARACTER SET")) {
        const std::string charset = row.text(0);
        if (charset == "binary") continue;
        columns.push_back({"VARCHAR(40) CHARACTER SET " + charset,
                           {"''", "'it''s \\\\ \\0'"},
                           text(charset, 40),
                           "VARCHAR(70) CHARACTER SET utf8mb4"});
    }
    columns.push_back(
        {"VARCHAR(40) CHARACTER SET utf8mb4", {}, text("utf8mb4", 40), "TEXT CHARACTER SET utf32"});
    columns.push_back({"CHAR(10) CHARACTER SET ucs2", {}, text("ucs2", 10), "VARBINARY(60)"});
    expect_same(columns);
}

TEST_P(MigratorTypes, BytesAndMembers) {
    std::string many = "SET(";
    for (int i = 0; i < 64; ++i) many += fmt::format("{}'m{}'", i == 0 ? "" : ",", i);
    std::string long_list = "ENUM(";
    for (int i = 0; i < 300; ++i) long_list += fmt::format("{}'e{}'", i == 0 ? "" : ",", i);
    expect_same({
        {"BINARY(1)", {"''", "X'00'", "X'20'"}, bytes(1), ""},
        {"BINARY(16)", {"X'0000'", "X'FF00'"}, bytes(16), ""},
        {"BINARY(255)", {"''"}, bytes(255), ""},
        {"VARBINARY(255)", {"''", "X'00'"}, bytes(255), "VARBINARY(300)"},
        {"VARBINARY(256)", {"X'20'"}, bytes(256), "BLOB"},
        {"TINYBLOB", {"''"}, bytes(255), ""},
        {"BLOB", {"REPEAT(X'00',65535)"}, bytes(2000), ""},
        {"MEDIUMBLOB", {"REPEAT(X'27',70000)"}, bytes(20), ""},
        {"LONGBLOB", {"REPEAT(X'5C',70000)"}, bytes(20), ""},
        {"ENUM('a','b','c')",
         {"0", "1", "'c'"},
         [](RandomValues& r) { return std::to_string(1 + r.below(3)); },
         ""},
        {"ENUM('a','ö','c')",
         {"1"},
         [](RandomValues& r) { return std::to_string(1 + r.below(3)); },
         "ENUM('c','x','ö','a')"},
        {"ENUM('a','ö')",
         {"1"},
         [](RandomValues& r) { return std::to_string(1 + r.below(2)); },
         "VARCHAR(20)"},
        {long_list + ")",
         {"1", "255", "256", "300"},
         [](RandomValues& r) { return std::to_string(1 + r.below(300)); },
         ""},
        {"SET('a','b','c')",
         {"0", "7"},
         [](RandomValues& r) { return std::to_string(r.below(8)); },
         "SET('c','b','x','a')"},
        {many + ")",
         {"0", "18446744073709551615", "9223372036854775808"},
         unsigned_integer(64),
         ""},
    });
}

TEST_P(MigratorTypes, Geometry) {
    expect_same({{"GEOMETRY",
                  {"ST_GeomFromText('POINT(1 2)')"},
                  [](RandomValues& r) { return r.geometry(); },
                  ""},
                 {"POINT",
                  {"ST_GeomFromText('POINT(-0.0 1e300)')"},
                  [](RandomValues& r) {
                      return fmt::format("POINT({}, {})", r.below(1000), r.below(1000));
                  },
                  ""}});
    if (!mysql_since(80011)) return;
    expect_same({{"POINT SRID 4326",
                  {"ST_GeomFromText('POINT(10 20)', 4326)"},
                  [](RandomValues& r) {
                      return fmt::format("ST_GeomFromText('POINT({} {})', 4326)", r.below(90),
                                         r.below(180));
                  },
                  ""}});
}

TEST_P(MigratorTypes, Json) {
    const Generator json = [](RandomValues& r) { return r.json(); };
    if (mysql_since(80004)) {
        plain_json_ = false;
        expect_same({{"JSON", {"'null'", "'{}'", "'[]'", "'1.0'"}, json, ""},
                     {"JSON", {"JSON_OBJECT('big', REPEAT('x', 70000), 'n', 1)"}, json, ""}});
    } else if (mariadb_since(100500)) {
        expect_same({{"JSON",
                      {"'null'", "'{\"a\": [1, 2.50]}'"},
                      [](RandomValues& r) {
                          return fmt::format("JSON_ARRAY({}, '{}')", r.integer(8), r.below(99));
                      },
                      ""}});
    } else {
        GTEST_SKIP() << "no JSON";
    }
}

TEST_P(MigratorTypes, JsonThatIsText) {
    if (!mysql_since(50708)) GTEST_SKIP() << "no JSON type";
    const Generator json = [](RandomValues& r) {
        return fmt::format("CAST('{}' AS JSON)", r.json_text());
    };
    expect_same({{"JSON", {"'null'", "'{}'", "'[]'", "'1.0'", "'-0.0'", "'\"\"'"}, json, ""},
                 {"JSON", {"'1e300'"}, json, "LONGTEXT"}});
}

TEST_P(MigratorTypes, Vectors) {
    const Generator vector = [](RandomValues& r) {
        std::string floats = "X'";
        for (int i = 0; i < 3; ++i)  // the last byte's bits with all ones would be no number
            floats +=
                fmt::format("{:06X}{:02X}", r.below(1 << 24), r.below(2) << 7U | r.below(127));
        return floats + "'";
    };
    if (mysql_since(90000)) {
        expect_same({{"VECTOR(3)", {"STRING_TO_VECTOR('[1,-2.5,3e10]')"}, vector, ""},
                     {"VECTOR", {"STRING_TO_VECTOR('[0]')"}, vector, ""}});
    } else if (mariadb_since(110700)) {
        expect_same({{"VECTOR(3)",
                      {"VEC_FromText('[1,-2.5,0]')"},
                      [](RandomValues& r) {
                          return fmt::format("VEC_FromText('[{},{}.5,-{}]')", r.below(9),
                                             r.below(99), r.below(9));
                      },
                      ""}});
    } else {
        GTEST_SKIP() << "no VECTOR";
    }
}

TEST_P(MigratorTypes, MariadbsOwn) {
    if (!mariadb_since(101000)) GTEST_SKIP() << "MariaDB only";
    expect_same({
        {"UUID",
         {"'00000000-0000-0000-0000-000000000000'", "'ffffffff-ffff-ffff-ffff-000000000000'"},
         [](RandomValues& r) {
             return fmt::format("'{:08x}-{:04x}-{:04x}-{:04x}-{:012x}'", r.below(1ULL << 32),
                                r.below(65536), r.below(65536), r.below(65536),
                                r.below(1ULL << 48));
         },
         ""},
        {"INET6",
         {"'::'", "'2001:db8::'", "'::ffff:192.0.2.0'"},
         [](RandomValues& r) {
             return fmt::format("'{:x}:{:x}::{:x}'", r.below(65536), r.below(65536),
                                r.below(65536));
         },
         ""},
        {"INET4",
         {"'0.0.0.0'", "'255.255.255.0'"},
         [](RandomValues& r) { return fmt::format("'{}.0.{}.0'", r.below(256), r.below(256)); },
         ""},
        {"VARCHAR(2000) COMPRESSED",
         {"''", "REPEAT('compress me ', 150)"},
         [](RandomValues& r) {
             return fmt::format("REPEAT('{}', {})", r.below(1000), r.below(600));
         },
         ""},
        {"VARBINARY(300) COMPRESSED", {"''", "REPEAT(X'00',300)"}, bytes(300), ""},
        {"MEDIUMTEXT COMPRESSED", {"REPEAT('compress me ', 9000)", "''"}, text("utf8mb4", 300), ""},
        {"BLOB COMPRESSED", {"REPEAT(X'00FF', 9000)"}, bytes(300), "BLOB"},
        {"TEXT", {"REPEAT('x', 300)"}, text("utf8mb4", 100), "TEXT COMPRESSED"},
    });
}

}  // namespace
}  // namespace wisp::migrator
