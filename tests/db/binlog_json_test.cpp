// SPDX-License-Identifier: Apache-2.0
// JSON documents written back from their binlog images: the stored bytes must be the same again.
#include <gtest/gtest.h>

#include <fmt/format.h>

#include <cmath>
#include <cstring>
#include <map>
#include <random>

#include "binlog/value_decoder.h"
#include "tests/db/binlog_reader.h"
#include "tests/support/test_server.h"

namespace wisp::binlog {
namespace {

// Columns whose values become opaque parts of documents.
constexpr const char* kTyped =
    "(ts TIMESTAMP(6), dt DATETIME(3), d DATE, t TIME(2), y YEAR, b BIT(10), bl BLOB, tb TINYBLOB, "
    "mb MEDIUMBLOB, lb LONGBLOB, bi BINARY(4), vb VARBINARY(10), de DECIMAL(10,3), de0 "
    "DECIMAL(9,0), de65 DECIMAL(65,30), e ENUM('a'), st SET('a','b'), g POINT, f FLOAT, r DOUBLE)";
constexpr const char* kTypedRow =
    "('2020-01-02 03:04:05.123456', '2020-01-02 03:04:05.123', '2020-00-02', '-10:11:12.34', 2020, "
    "b'1000000001', X'FF00', 'ab', 'ab', X'00FF', 'ab', X'FF', -12.34, 3, 1, 'a', 'a,b', "
    "ST_GeomFromText('POINT(1 2)'), 0.1, -0.0)";

const std::vector<std::string>& documents() {
    static const std::vector<std::string> kDocuments{
        "'null'",
        "'{}'",
        "'[]'",
        "'true'",
        "'[[[[]]],{\"a\":{}}]'",
        "'[1,-1,32767,32768,-32768,-32769,65535,65536]'",
        "'[2147483647,2147483648,-2147483648,-2147483649,4294967295,4294967296]'",
        "'[9223372036854775807,9223372036854775808,-9223372036854775808,18446744073709551615]'",
        "'[1.0,-0.0,0.1,1e300,5e-324,1.7976931348623157e308,123456789012345680,1e22,1e21]'",
        R"('"a\'\\b\\\\c\\"\\u0000\\n\\t😀é"')",
        R"('{"a":1,"bb":[1,2,{"c":null}],"k\'\\\\":"v","":0,"é":"ü"}')",
        "JSON_ARRAY(5000000000, CAST(5 AS UNSIGNED), CAST(18446744073709551615 AS UNSIGNED))",
        "CAST(5000000000 AS JSON)",
        "CAST(CAST(5 AS UNSIGNED) AS JSON)",
        "JSON_ARRAY(12.340, -12.3, 0.5, .5, 0.0, 7., CAST(7 AS DECIMAL(5,0)), 1.50+0)",
        "JSON_ARRAY(CAST(0 AS DECIMAL(65,30)), CAST('-0.5' AS DECIMAL(3,2)))",
        "JSON_ARRAY(CAST(REPEAT('9', 35) AS DECIMAL(65,30)))",
        "JSON_ARRAY(CAST('-838:59:58.999999' AS TIME(6)), CAST('-00:00:00.000001' AS TIME(6)))",
        "JSON_ARRAY(CAST('0000-00-00' AS DATE), CAST('9999-12-31 23:59:59.999999' AS DATETIME(6)))",
        "JSON_ARRAY(X'', X'00FF', REPEAT('x', 70000), REPEAT(X'FF', 70000))",
        "JSON_OBJECT('big', REPEAT('x', 70000), 'n', 70000, 'm', -70000, 'd', 1.5e0)",
        "(SELECT JSON_ARRAY(ts,dt,d,t,y,b,bl,tb,mb,lb,bi,vb,de,e,st,f,r) FROM typed)",
        "(SELECT JSON_ARRAY(de,de0,de65,SUM(de),AVG(de0)) FROM typed GROUP BY de,de0,de65)",
        std::string(
            "(SELECT "
            "JSON_OBJECT('ts',ts,'n',JSON_ARRAY(de,JSON_OBJECT('q',de)),'plain',CAST('{\"x\":") +
            "[1.0]}' AS JSON),'g',g) FROM typed)",
        "(SELECT CAST(de AS JSON) FROM typed)",
        "(SELECT CAST(ts AS JSON) FROM typed)",
        "(SELECT CAST(b AS JSON) FROM typed)",
        "(SELECT CAST(d AS JSON) FROM typed)",
        "(SELECT CAST(t AS JSON) FROM typed)",
        "(SELECT JSON_EXTRACT(JSON_ARRAY(bl),'$[0]') FROM typed)",
        std::string(
            "(WITH RECURSIVE r AS (SELECT 1 n UNION ALL SELECT n+1 FROM r WHERE n<900) SELECT ") +
            "JSON_ARRAYAGG(JSON_OBJECT('k',n,'d',CAST(n AS DECIMAL(10,2)),'s',REPEAT('v',90))) "
            "FROM r)",
    };
    return kDocuments;
}

class BinlogJson : public test::ServerTest {
  protected:
    void SetUp() override {
        ServerTest::SetUp();
        if (IsSkipped()) return;
        const auto connection = connect();
        if (connection->server().mariadb() || connection->server().version < 80004)
            GTEST_SKIP() << "no binary JSON with JSON_TABLE";
    }

    struct Stored {
        std::string image;       // the row as logged
        std::string expression;  // of column j
    };

    /// The rows inserted into a table since `start`, by id.
    static std::map<std::int64_t, Stored> inserted(mysql::Connection& connection,
                                                   const Position& start,
                                                   const sql::TableName& table) {
        std::map<std::int64_t, Stored> rows;
        DecodedRow row;
        for (const auto& transaction : test::read_binlog(connection, start, {table}))
            for (const auto& change : transaction.changes) {
                const auto done = decode_after(change, {}, kAllColumns, row);
                EXPECT_TRUE(done) << done.error();
                if (!done) continue;
                const auto bytes = change.after.bytes;
                rows[row.values[0].integer] = {std::string(bytes.begin(), bytes.end()),
                                               row.values[1].text};
            }
        return rows;
    }

    /// Inserts the documents into a, replays a's images into b, compares the images of both.
    void round_trip(const std::vector<std::string>& values) {
        test::TmpSchema schema(server().primary);
        auto& connection = schema.connection();
        connection.execute("USE " + schema.name());
        connection.execute(std::string("CREATE TABLE typed ") + kTyped);
        connection.execute(std::string("INSERT INTO typed VALUES ") + kTypedRow);
        for (const auto* table : {"a", "b"})
            connection.execute(std::string("CREATE TABLE ") + table +
                               " (id INT PRIMARY KEY, j JSON)");
        const auto start = test::binlog_end(connection);
        int id = 0;
        for (const auto& value : values)
            connection.execute(fmt::format("INSERT INTO a VALUES ({}, {})", ++id, value));
        const auto written = inserted(connection, start, {schema.name(), "a"});
        ASSERT_EQ(written.size(), values.size());
        const auto again = test::binlog_end(connection);
        for (const auto& [key, stored] : written)
            connection.execute(
                fmt::format("INSERT INTO b VALUES ({}, {})", key, stored.expression));
        const auto replayed = inserted(connection, again, {schema.name(), "b"});
        for (const auto& [key, stored] : written)
            EXPECT_EQ(replayed.at(key).image, stored.image)
                << "document " << key << ": " << values[static_cast<std::size_t>(key - 1)] << " as "
                << stored.expression.substr(0, 300);
    }
};

TEST_P(BinlogJson, KeepsTheBinaryFormOfDocuments) {
    round_trip(documents());
}

TEST_P(BinlogJson, KeepsDoublesToTheLastBit) {
    std::mt19937_64 random(7);  // NOLINT(bugprone-random-generator-seed,cert-msc51-cpp)
    std::vector<std::string> values;
    for (int row = 0; row < 20; ++row) {
        std::string list;
        while (list.size() < 20'000) {
            const std::uint64_t bits = random();
            double real = 0;
            std::memcpy(&real, &bits, sizeof real);
            if (!std::isfinite(real)) continue;
            if (row % 2 == 0) real = static_cast<double>(bits % 1'000'000'007) / 997.0;
            list += fmt::format("{}{:.17e}", list.empty() ? "" : ",", real);
        }
        values.push_back("JSON_ARRAY(" + list + ")");
    }
    round_trip(values);
}

WISP_FOR_EACH_SERVER(BinlogJson);

}  // namespace
}  // namespace wisp::binlog
