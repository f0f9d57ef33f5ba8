// SPDX-License-Identifier: Apache-2.0
// `wisp binlog sql` and `rollback` on what applications do: keys that move, rows without a key,
// transactions over tables, savepoints, other character sets, generated columns, foreign keys.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/db/binlog_reader.h"
#include "tests/extract/round_trip.h"

namespace wisp::extract {
namespace {

using test::Strings;
using ::testing::HasSubstr;

class SqlRoundTrip : public test::RoundTrip {};
WISP_FOR_EACH_SERVER(SqlRoundTrip);

const Strings kKeyed{
    "CREATE TABLE t (id INT PRIMARY KEY, n INT UNIQUE, s VARCHAR(50), d DECIMAL(9,2), "
    "changed TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3)) "
    "ENGINE=InnoDB DEFAULT CHARSET=utf8mb4",
    "INSERT INTO t VALUES (1, 10, 'one', 1.50, '2020-01-01 00:00:00.123'), "
    "(2, 20, NULL, -2, '2021-02-03 04:05:06'), (3, NULL, '', 0, 0)"};

TEST_P(SqlRoundTrip, RowsWithAKeyComeAndGo) {
    expect_round_trip(
        kKeyed, {"INSERT INTO t (id, n, s) VALUES (4, 40, 'it''s \\\\ \\n \\r \\t \\0 \"x\" `y`'), "
                 "(5, 50, REPEAT('long ', 9)), (-6, 60, '-- not a comment')",
                 "UPDATE t SET s = 'eins', d = d + 1 WHERE id = 1",
                 "UPDATE t SET n = NULL, s = NULL WHERE id = 4", "DELETE FROM t WHERE id = 2",
                 "REPLACE INTO t (id, n, s) VALUES (3, 10, 'replaced two')",
                 "INSERT INTO t (id, n, s) VALUES (5, 5, 'x') ON DUPLICATE KEY UPDATE s = 'upsert'",
                 "DELETE FROM t WHERE id = 4", "INSERT INTO t (id, n) VALUES (4, 44)"});
}

TEST_P(SqlRoundTrip, KeysMove) {
    expect_round_trip(
        kKeyed, {"UPDATE t SET id = id + 1 ORDER BY id DESC", "UPDATE t SET id = 99 WHERE id = 3",
                 "INSERT INTO t (id, s) VALUES (3, 'takes its place')",
                 "UPDATE t SET id = 1 WHERE id = 99", "UPDATE t SET n = 11 WHERE n = 10",
                 "UPDATE t SET n = 10 WHERE n = 20", "UPDATE t SET n = 20 WHERE n = 11"});
}

TEST_P(SqlRoundTrip, RowsWithoutAKeyAreFoundOneByOne) {
    expect_round_trip(
        {"CREATE TABLE t (a INT, b VARCHAR(20), c DOUBLE, d TEXT, e FLOAT) ENGINE=InnoDB DEFAULT "
         "CHARSET=utf8mb4",
         "INSERT INTO t VALUES (1, 'a', 0.1, 'x', 0.1), (1, 'a', 0.1, 'x', 0.1), "
         "(1, 'A', 0.1, 'x', 0.1), (1, 'a ', 0.1, 'x', 0.1), (NULL, NULL, NULL, NULL, NULL), "
         "(NULL, NULL, NULL, NULL, NULL), (1, 'ä', 1e300, 'X ', -1e-30)"},
        {"DELETE FROM t WHERE BINARY b = 'A'", "DELETE FROM t WHERE a IS NULL LIMIT 1",
         "UPDATE t SET a = 2 WHERE BINARY b = 'a' LIMIT 1", "UPDATE t SET c = c + 0.2",
         "INSERT INTO t VALUES (1, 'a', 0.1, 'x', 0.1), (1, 'a', 0.1, 'x', 0.1)",
         "DELETE FROM t WHERE e > 0 LIMIT 2", "UPDATE t SET b = UPPER(b), d = CONCAT(d, d)"});
}

TEST_P(SqlRoundTrip, KeysOfOtherKinds) {
    expect_round_trip(
        {"CREATE TABLE t (a VARCHAR(20) COLLATE utf8mb4_bin NOT NULL, b INT NOT NULL, c INT, "
         "PRIMARY KEY (b, a)) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4",
         "CREATE TABLE u (a INT NOT NULL, b INT, UNIQUE (b), UNIQUE (a)) ENGINE=InnoDB",
         "CREATE TABLE p (a VARCHAR(90) NOT NULL, b INT, UNIQUE (a(3))) ENGINE=InnoDB",
         "CREATE TABLE x (a BINARY(5) PRIMARY KEY, b INT) ENGINE=InnoDB",
         "INSERT INTO t VALUES ('a', 1, 1), ('A', 1, 2)", "INSERT INTO u VALUES (1, NULL), (2, 5)",
         "INSERT INTO p VALUES ('abcd', 1), ('bcde', 1)",
         "INSERT INTO x VALUES ('a', 1), ('b', 2)"},
        {"UPDATE t SET c = 5 WHERE a = 'A'", "DELETE FROM t WHERE a = 'a'",
         "UPDATE u SET b = 6 WHERE a = 1", "DELETE FROM u WHERE a = 2",
         "UPDATE p SET a = 'abcc', b = 4 WHERE b = 1 LIMIT 1", "DELETE FROM p WHERE a = 'bcde'",
         "UPDATE x SET b = 9, a = X'6100620000' WHERE b = 1", "DELETE FROM x WHERE b = 2"});
}

TEST_P(SqlRoundTrip, TransactionsOverTablesAndSavepoints) {
    const std::string other = "CREATE TABLE other (id INT PRIMARY KEY, v TEXT) ENGINE=InnoDB";
    Strings setup = kKeyed;
    setup.push_back(other);
    expect_round_trip(setup, {"BEGIN",
                              "INSERT INTO other VALUES (1, 'a')",
                              "UPDATE t SET s = 'both'",
                              "SAVEPOINT one",
                              "DELETE FROM t",
                              "INSERT INTO other VALUES (2, 'gone')",
                              "ROLLBACK TO one",
                              "INSERT INTO other VALUES (2, 'kept')",
                              "SAVEPOINT two",
                              "UPDATE other SET v = 'gone'",
                              "ROLLBACK TO two",
                              "SAVEPOINT `t w``o`",
                              "DELETE FROM other WHERE id = 1",
                              "RELEASE SAVEPOINT `t w``o`",
                              "COMMIT",
                              "BEGIN",
                              "DELETE FROM t",
                              "ROLLBACK",
                              "XA START 'x'",
                              "INSERT INTO other VALUES (7, 'xa')",
                              "XA END 'x'",
                              "XA PREPARE 'x'",
                              "XA COMMIT 'x'",
                              "XA START 'y'",
                              "INSERT INTO other VALUES (8, 'xa')",
                              "XA END 'y'",
                              "XA PREPARE 'y'",
                              "XA ROLLBACK 'y'",
                              "UPDATE t, other SET t.s = other.v WHERE other.id = 7"});
}

TEST_P(SqlRoundTrip, LoadedFiles) {
    const test::TmpFolder folder;
    std::string rows;
    for (int i = 0; i < 3000; ++i) rows += fmt::format("{}\tname {}\t\\N\n", i + 100, i);
    test::write_file(folder.file("rows.tsv"), rows);
    start_with(kKeyed);
    const auto before = data();
    const auto start = test::binlog_end(connection());
    load(fmt::format("LOAD DATA LOCAL INFILE '{}' INTO TABLE {}.t (id, s, n);\n",
                     folder.file("rows.tsv"), schema()),
         {"--local-infile=1"});
    const auto after = data();
    ASSERT_GT(after.at("`t`").size(), 3000U);
    Strings words = range_since(start);
    words.insert(words.begin(), "rollback");
    const auto backward = wisp(words);
    words.front() = "sql";
    const auto forward = wisp(words);
    load(backward.out);
    EXPECT_EQ(data(), before);
    load(forward.out);
    EXPECT_EQ(data(), after);
}

TEST_P(SqlRoundTrip, CharactersThatHideABackslash) {
    // 表 and ソ end in 0x5C in sjis, 誠 has one in gbk and big5; a quote behind them must not end.
    Strings setup;
    Strings work;
    for (const std::string charset : {"latin1", "utf8mb4", "utf8", "sjis", "cp932", "gbk", "big5",
                                      "ujis", "ucs2", "utf16", "utf32", "koi8r", "latin2"}) {
        const std::string table = "`t " + charset + "`";
        setup.push_back(
            fmt::format("CREATE TABLE {} (k VARCHAR(20) PRIMARY KEY, v TEXT, "
                        "e ENUM('ä', 'b''', 'c\\\\')) ENGINE=InnoDB DEFAULT CHARSET={}",
                        table, charset));
        setup.push_back(fmt::format("INSERT INTO {} VALUES ('', '', 1), ('two', 'ÿ€é', 2)", table));
        work.push_back(
            fmt::format("INSERT IGNORE INTO {} VALUES ('表', 'ソ表''誠\\\\', 3), "
                        "('tab\\t', '\\'; DROP TABLE x; -- ', 1), ('誠', '\\\\', 0)",
                        table));
        work.push_back(fmt::format("UPDATE {} SET v = 'ソ\\\\', e = 3 WHERE k = 'two'", table));
        work.push_back(fmt::format("DELETE FROM {} WHERE k = ''", table));
    }
    expect_round_trip(setup, work);
}

TEST_P(SqlRoundTrip, OddNames) {
    expect_round_trip(
        {"CREATE TABLE `a``b.c ;'ü` (`select` INT PRIMARY KEY, `x``y` INT, `ö '` INT, `z\\` INT) "
         "ENGINE=InnoDB",
         "INSERT INTO `a``b.c ;'ü` VALUES (1, 2, 3, 4)"},
        {"UPDATE `a``b.c ;'ü` SET `x``y` = 5, `ö '` = 6, `z\\` = 7",
         "INSERT INTO `a``b.c ;'ü` VALUES (2, 2, 3, 4)"});
}

TEST_P(SqlRoundTrip, WhateverTheSessionOfTheClientIs) {
    client_flags_ = {
        "--init-command=SET sql_mode = 'NO_BACKSLASH_ESCAPES,ANSI_QUOTES,PAD_CHAR_TO_FULL_LENGTH,"
        "NO_UNSIGNED_SUBTRACTION,TRADITIONAL', time_zone = '-07:00', sql_safe_updates = 1, "
        "NAMES latin1"};
    expect_round_trip(
        kKeyed, {"UPDATE t SET s = 'a\\\\b\\'c\\nü'", "INSERT INTO t VALUES (0, 0, 'zero', 0, 0)",
                 "UPDATE t SET changed = '2021-06-01 12:00:00.5' WHERE id = 1",
                 "DELETE FROM t WHERE id = 2"});
}

TEST_P(SqlRoundTrip, GeneratedColumns) {
    if (!mysql_since(50700) && !connection().server().mariadb()) GTEST_SKIP() << "not on 5.6";
    expect_round_trip(
        {"CREATE TABLE t (id INT PRIMARY KEY, a INT, v INT AS (a + 1) VIRTUAL, s VARCHAR(20) AS "
         "(CONCAT('n', a)) STORED, b INT, KEY (s), KEY (v)) ENGINE=InnoDB",
         "CREATE TABLE u (a INT NOT NULL, s INT AS (a * 2) STORED, b TEXT) ENGINE=InnoDB",
         "INSERT INTO t (id, a, b) VALUES (1, 1, 1), (2, 2, 2), (3, 3, 3)",
         "INSERT INTO u (a, b) VALUES (1, 'x'), (1, 'x'), (2, 'y')"},
        {"UPDATE t SET a = a + 10 WHERE id < 3", "DELETE FROM t WHERE v = 4",
         "INSERT INTO t (id, a, b) VALUES (9, 9, 9)", "DELETE FROM u WHERE a = 1 LIMIT 1",
         "UPDATE u SET a = a + 1", "INSERT INTO u (a, b) VALUES (7, NULL)"});
}

TEST_P(SqlRoundTrip, ForeignKeys) {
    expect_round_trip(
        {"CREATE TABLE parent (id INT PRIMARY KEY) ENGINE=InnoDB",
         "CREATE TABLE child (id INT PRIMARY KEY, p INT, FOREIGN KEY (p) REFERENCES parent (id)) "
         "ENGINE=InnoDB",
         "INSERT INTO parent VALUES (1), (2)", "INSERT INTO child VALUES (1, 1), (2, 2)"},
        {"INSERT INTO parent VALUES (3)", "INSERT INTO child VALUES (3, 3)",
         "DELETE FROM child WHERE id = 1", "DELETE FROM parent WHERE id = 1",
         "SET foreign_key_checks = 0", "INSERT INTO child VALUES (9, 99)",
         "DELETE FROM parent WHERE id = 2", "SET foreign_key_checks = 1"});
}

TEST_P(SqlRoundTrip, CompressedLogs) {
    const bool mariadb = connection().server().mariadb();
    if (!mariadb && !mysql_since(80020)) GTEST_SKIP() << "logs nothing compressed";
    const std::string variable =
        mariadb ? "GLOBAL log_bin_compress" : "SESSION binlog_transaction_compression";
    run({"SET " + variable + " = ON"});
    expect_round_trip(kKeyed, {"INSERT INTO t (id, s) VALUES (7, REPEAT('compress me ', 4)), (8, "
                               "REPEAT('and me ', 6))",
                               "UPDATE t SET s = REPEAT('x', 50)", "DELETE FROM t WHERE id < 3"});
    run({"SET " + variable + " = OFF"});
}

TEST_P(SqlRoundTrip, TransactionsThatMemoryDoesNotHold) {
    Strings setup = kKeyed;
    setup.push_back(
        "CREATE TABLE big (id INT AUTO_INCREMENT PRIMARY KEY, pad VARBINARY(1000)) ENGINE=InnoDB");
    setup.push_back("INSERT INTO big (pad) VALUES (REPEAT(X'00FF', 500))");
    Strings work{"BEGIN"};
    for (int i = 0; i < 14; ++i)  // 16 thousand rows, 33 MB as hexadecimal digits
        work.push_back("INSERT INTO big (pad) SELECT pad FROM big");
    work.insert(work.end(), {"SAVEPOINT here", "UPDATE big SET pad = 'forgotten'",
                             "ROLLBACK TO here", "UPDATE t SET s = 'behind it'", "COMMIT"});
    expect_round_trip(setup, work);
}

TEST_P(SqlRoundTrip, FilesWithoutAServerWhereNamesAreLogged) {
    if (!mysql_since(80001) && !mariadb_since(100500)) GTEST_SKIP() << "never logs names";
    start_with({});
    if (files_since(test::binlog_end(connection())).empty()) GTEST_SKIP() << "no files here";
    run({"SET GLOBAL binlog_row_metadata = FULL"});
    expect_round_trip_of_files(
        {"CREATE TABLE t (id INT UNSIGNED PRIMARY KEY, s VARCHAR(50), e ENUM('a','b'), f SET('x', "
         "'y'), g TEXT CHARACTER SET sjis, b VARBINARY(9), j TEXT CHARACTER SET latin1, p BINARY(4)"
         ") ENGINE=InnoDB DEFAULT CHARSET=utf8mb4",
         "CREATE TABLE nokey (a BIGINT UNSIGNED, b CHAR(9), c DATETIME) ENGINE=InnoDB",
         "INSERT INTO t VALUES (1, 'ä', 1, 1, '表', X'00', 'ü', 'p')",
         "INSERT INTO nokey VALUES (1, 'a', 0), (1, 'a', 0), (1, 'A', 0)"},
        {"INSERT INTO t VALUES (4294967295, '\\\\', 'b', 'x,y', 'ソ', X'FF5C', '€', X'00')",
         "FLUSH BINARY LOGS", "UPDATE t SET e = 'b', f = 0, g = '誠', p = '' WHERE id = 1",
         "DELETE FROM nokey LIMIT 1", "UPDATE nokey SET a = 18446744073709551615 LIMIT 1"});
    run({"SET GLOBAL binlog_row_metadata = DEFAULT"});
}

}  // namespace
}  // namespace wisp::extract
