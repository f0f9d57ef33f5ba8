// SPDX-License-Identifier: Apache-2.0
// `wisp binlog sql` and `rollback` with every column type: boundary and random values, found by
// their key and, in a twin of the table without one, by all their columns.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "tests/db/type_columns.h"
#include "tests/extract/round_trip.h"

namespace wisp::extract {
namespace {

using test::Generator;
using test::RandomValues;
using test::Strings;

constexpr std::size_t kRows = 40;

using Columns = test::TypeColumns;

Generator below(std::uint64_t limit) {
    return [=](RandomValues& r) { return std::to_string(r.below(limit)); };
}

class TypesRoundTrip : public test::RoundTrip {
  protected:
    static std::string row(const Columns& columns, std::size_t id, RandomValues& random) {
        std::string values = std::to_string(id);
        for (const auto& column : columns) {
            values += ", ";
            if (id < column.boundaries.size())
                values += column.boundaries[id];
            else
                values += random.one_in(9) ? "NULL" : column.random(random);
        }
        return "(" + values + ")";
    }

    void expect_types(const Columns& columns) {
        std::string definition;
        for (std::size_t i = 0; i < columns.size(); ++i)
            definition += fmt::format(", c{} {} NULL", i, columns[i].type);
        const std::string options = ") ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARSET=utf8mb4";
        Strings setup{"CREATE TABLE keyed (id INT PRIMARY KEY" + definition + options,
                      "CREATE TABLE loose (id INT" + definition + options};
        Strings work;
        RandomValues random(columns.size());
        for (std::size_t id = 0; id < kRows; ++id) {
            const auto values = row(columns, id, random);
            for (const std::string table : {"keyed", "loose"})
                (id % 3 == 0 ? setup : work)
                    .push_back("INSERT INTO " + table + " VALUES " + values);
        }
        for (const std::string table : {"keyed", "loose"}) {
            work.push_back("UPDATE " + table + " SET id = id + 1000 WHERE id % 2 = 0");
            // Values move between rows: every image has another one before and after.
            for (std::size_t i = 0; i < columns.size(); ++i)
                work.push_back(
                    fmt::format("UPDATE {0} JOIN (SELECT c{1} AS v FROM {0} WHERE id = "
                                "1) AS one SET c{1} = v WHERE id % 5 = 0",
                                table, i));
            work.push_back("DELETE FROM " + table + " WHERE id % 7 = 0");
        }
        expect_round_trip(setup, work);
    }
};
WISP_FOR_EACH_SERVER(TypesRoundTrip);

TEST_P(TypesRoundTrip, Numbers) {
    const auto integer = [](unsigned bytes) {
        return Generator([=](RandomValues& r) { return r.integer(bytes); });
    };
    const auto plain = [](unsigned bits) {
        return Generator([=](RandomValues& r) { return r.unsigned_integer(bits); });
    };
    const auto decimal = [](unsigned precision, unsigned scale) {
        return Generator([=](RandomValues& r) { return r.decimal(precision, scale); });
    };
    expect_types({
        {"TINYINT", {"-128", "127"}, integer(1)},
        {"TINYINT UNSIGNED", {"0", "255"}, plain(8)},
        {"SMALLINT", {"-32768", "32767"}, integer(2)},
        {"SMALLINT UNSIGNED ZEROFILL", {"65535"}, plain(16)},
        {"MEDIUMINT", {"-8388608", "8388607"}, integer(3)},
        {"MEDIUMINT UNSIGNED", {"16777215"}, plain(24)},
        {"INT", {"-2147483648", "2147483647"}, integer(4)},
        {"INT UNSIGNED", {"4294967295"}, plain(32)},
        {"BIGINT", {"-9223372036854775808", "9223372036854775807"}, integer(8)},
        {"BIGINT UNSIGNED", {"18446744073709551615"}, plain(64)},
        {"YEAR", {"0", "1901", "2155"}, below(56)},
        {"DECIMAL(1,0)", {"-9", "9", "0"}, decimal(1, 0)},
        {"DECIMAL(9,9)", {"-0.999999999", "0.000000001"}, decimal(9, 9)},
        {"DECIMAL(65,30)", {"-0.1", std::string(35, '9')}, decimal(65, 30)},
        {"DECIMAL(65,0)", {std::string(65, '9')}, decimal(65, 0)},
        {"FLOAT",
         {"-0e0", "3.4028234e38", "1.17549435e-38", "1e-45"},
         [](RandomValues& r) { return r.float_number(); }},
        {"DOUBLE",
         {"-0e0", "1.7976931348623157e308", "2.2250738585072014e-308", "5e-324"},
         [](RandomValues& r) { return r.double_number(); }},
        {"BIT(1)", {"0", "1"}, plain(1)},
        {"BIT(17)", {"0", "131071"}, plain(17)},
        {"BIT(64)", {"0", "18446744073709551615"}, plain(64)},
    });
}

TEST_P(TypesRoundTrip, DatesAndTimes) {
    Columns columns{{"DATE",
                     {"'0000-00-00'", "'2020-00-00'", "'9999-12-31'", "'2021-02-31'"},
                     [](RandomValues& r) { return r.date(); }}};
    for (auto& column : test::clock_columns("'1970-01-02 00:00:01'")) {
        columns.push_back(std::move(column));
    }
    expect_types(columns);
}

TEST_P(TypesRoundTrip, TextInEveryCharset) {
    for (const auto& columns : test::text_columns(connection())) {
        expect_types(columns);
        if (HasFatalFailure()) return;
    }
}

TEST_P(TypesRoundTrip, BytesAndMembers) {
    const auto bytes = [](std::size_t most) {
        return Generator([=](RandomValues& r) { return r.bytes(most); });
    };
    std::string many = "SET(";
    for (int i = 0; i < 64; ++i) many += fmt::format("{}'m{}'", i == 0 ? "" : ",", i);
    std::string long_list = "ENUM(";
    for (int i = 0; i < 300; ++i) long_list += fmt::format("{}'e{}'", i == 0 ? "" : ",", i);
    expect_types({
        {"BINARY(1)", {"''", "X'00'", "X'20'"}, bytes(1)},
        {"BINARY(16)", {"X'0000'", "X'FF00'"}, bytes(16)},
        {"VARBINARY(255)", {"''", "X'00'"}, bytes(255)},
        {"VARBINARY(256)", {"X'20'"}, bytes(256)},
        {"TINYBLOB", {"''"}, bytes(255)},
        {"BLOB", {"REPEAT(X'00',65535)"}, bytes(500)},
        {"MEDIUMBLOB", {"REPEAT(X'27',70000)"}, bytes(20)},
        {"LONGBLOB", {"REPEAT(X'5C',70000)"}, bytes(20)},
        {"ENUM('a','b','c')", {"0", "1", "'c'"}, below(4)},
        {"ENUM('a','ö','c''\\\\')", {"1"}, below(4)},
        {long_list + ")", {"1", "255", "256", "300"}, below(301)},
        {"SET('a','b','c''')", {"0", "7"}, below(8)},
        {many + ")", {"0", "18446744073709551615", "9223372036854775808"}, below(0)},
    });
}

TEST_P(TypesRoundTrip, GeometryJsonAndVectors) {
    Columns columns{{"GEOMETRY",
                     {"ST_GeomFromText('POINT(1 2)')"},
                     [](RandomValues& r) { return r.geometry(); }},
                    {"POINT", {"ST_GeomFromText('POINT(-0.0 1e300)')"}, [](RandomValues& r) {
                         return fmt::format("POINT({}, {})", r.below(1000), r.below(1000));
                     }}};
    if (mysql_since(80011))
        columns.push_back(
            {"POINT SRID 4326", {"ST_GeomFromText('POINT(10 20)', 4326)"}, [](RandomValues& r) {
                 return fmt::format("ST_GeomFromText('POINT({} {})', 4326)", r.below(90),
                                    r.below(180));
             }});
    if (mysql_since(80004))
        columns.push_back(
            {"JSON",
             {"'null'", "'{}'", "'[]'", "'1.0'", "JSON_OBJECT('big', REPEAT('x', 70000), 'n', 1)"},
             [](RandomValues& r) { return r.json(); }});
    if (mariadb_since(100500))
        columns.push_back({"JSON", {"'null'", "'{\"a\": [1, 2.50]}'"}, [](RandomValues& r) {
                               return fmt::format("JSON_ARRAY({}, '{}')", r.integer(8),
                                                  r.below(99));
                           }});
    if (mysql_since(90000))
        columns.push_back({"VECTOR(3)", {"STRING_TO_VECTOR('[1,-2.5,3e10]')"}, [](RandomValues& r) {
                               return fmt::format("STRING_TO_VECTOR('[{},-{}.5,3e{}]')", r.below(9),
                                                  r.below(99), r.below(30));
                           }});
    if (mariadb_since(110700))
        columns.push_back({"VECTOR(3)", {"VEC_FromText('[1,-2.5,0]')"}, [](RandomValues& r) {
                               return fmt::format("VEC_FromText('[{},{}.5,-{}]')", r.below(9),
                                                  r.below(99), r.below(9));
                           }});
    expect_types(columns);
}

TEST_P(TypesRoundTrip, MariadbsOwn) {
    if (!mariadb_since(101000)) GTEST_SKIP() << "MariaDB only";
    expect_types({
        {"UUID",
         {"'00000000-0000-0000-0000-000000000000'", "'ffffffff-ffff-ffff-ffff-000000000000'"},
         [](RandomValues& r) {
             return fmt::format("'{:08x}-{:04x}-{:04x}-{:04x}-{:012x}'", r.below(1ULL << 32),
                                r.below(65536), r.below(65536), r.below(65536),
                                r.below(1ULL << 48));
         }},
        {"INET6",
         {"'::'", "'2001:db8::'", "'::ffff:192.0.2.0'"},
         [](RandomValues& r) {
             return fmt::format("'{:x}:{:x}::{:x}'", r.below(65536), r.below(65536),
                                r.below(65536));
         }},
        {"INET4",
         {"'0.0.0.0'", "'255.255.255.0'"},
         [](RandomValues& r) { return fmt::format("'{}.0.{}.0'", r.below(256), r.below(256)); }},
        {"VARCHAR(2000) COMPRESSED",
         {"''", "REPEAT('compress me ', 150)"},
         [](RandomValues& r) {
             return fmt::format("REPEAT('{}', {})", r.below(1000), r.below(600));
         }},
        {"VARBINARY(300) COMPRESSED",
         {"''", "REPEAT(X'00',300)"},
         [](RandomValues& r) { return r.bytes(300); }},
        {"MEDIUMTEXT COMPRESSED",
         {"REPEAT('compress me ', 9000)", "''"},
         [](RandomValues& r) { return r.text("utf8mb4", 300); }},
        {"BLOB COMPRESSED",
         {"REPEAT(X'00FF', 9000)"},
         [](RandomValues& r) { return r.bytes(300); }},
    });
}

}  // namespace
}  // namespace wisp::extract
