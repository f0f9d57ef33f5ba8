// SPDX-License-Identifier: Apache-2.0
// Row images that are not full (binlog_row_image, binlog_row_value_options): `sql` needs no more
// than they hold, `rollback` says so where they hold too little.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/db/binlog_reader.h"
#include "tests/extract/round_trip.h"

namespace wisp::extract {
namespace {

using test::Strings;
using ::testing::HasSubstr;

class ImagesRoundTrip : public test::RoundTrip {
  protected:
    /// The work forward on a copy; returns what rollback says of it.
    test::ProgramRun expect_forward(const Strings& setup, const Strings& work) {
        start_with(setup);
        const auto start = test::binlog_end(connection());
        run(work);
        const auto after = data();
        Strings words = range_since(start);
        words.insert(words.begin(), "sql");
        const auto forward = wisp(words);
        EXPECT_EQ(forward.exit_code, 0) << forward.err;
        words.front() = "rollback";
        auto backward = wisp(words);
        start_with(setup);
        EXPECT_NE(data(), after);
        load(forward.out);
        EXPECT_EQ(data(), after) << forward.out;
        return backward;
    }
    void set_image(const std::string& image) { run({"SET binlog_row_image = '" + image + "'"}); }
};
WISP_FOR_EACH_SERVER(ImagesRoundTrip);

const Strings kSetup{
    "CREATE TABLE t (id INT AUTO_INCREMENT PRIMARY KEY, a INT DEFAULT 7, b TEXT, changed TIMESTAMP "
    "NOT NULL DEFAULT '2020-01-01' ON UPDATE CURRENT_TIMESTAMP) ENGINE=InnoDB",
    "CREATE TABLE loose (a INT DEFAULT 7, b TEXT, c INT) ENGINE=InnoDB",
    "INSERT INTO t (a, b) VALUES (1, 'one'), (2, 'two'), (3, 'three')",
    "INSERT INTO loose VALUES (1, 'x', 1), (1, 'x', 1), (2, 'x', NULL)"};

TEST_P(ImagesRoundTrip, MinimalForwardIsRightAndBackwardIsRefused) {
    set_image("MINIMAL");
    const auto backward = expect_forward(
        kSetup, {"INSERT INTO t (a) VALUES (9)", "INSERT INTO t (b) VALUES ('nine')",
                 "UPDATE t SET a = 5 WHERE id = 1", "UPDATE t SET id = 77, b = NULL WHERE id = 2",
                 "DELETE FROM t WHERE id = 3", "INSERT INTO loose (b) VALUES ('y')",
                 "UPDATE loose SET c = 4 WHERE a = 1 LIMIT 1", "DELETE FROM loose WHERE a = 2"});
    EXPECT_EQ(backward.exit_code, 1);
    EXPECT_THAT(backward.err, HasSubstr("cannot be taken back"));
    EXPECT_THAT(backward.err, HasSubstr("binlog_row_image"));
    EXPECT_THAT(backward.err, HasSubstr(schema()));
    EXPECT_EQ(backward.out.find("-- complete"), std::string::npos);
}

TEST_P(ImagesRoundTrip, InsertsOfMinimalImagesGoByTheirKey) {
    set_image("MINIMAL");
    expect_round_trip(kSetup,
                      {"INSERT INTO t (a) VALUES (9), (8)", "INSERT INTO t (b) VALUES (1)"});
}

TEST_P(ImagesRoundTrip, InsertsWithoutKeyOrWholeImageAreRefused) {
    set_image("MINIMAL");
    const auto backward = expect_forward(kSetup, {"INSERT INTO loose (c) VALUES (4)"});
    if (connection().server().mariadb()) {  // logs inserted rows whole
        EXPECT_EQ(backward.exit_code, 0) << backward.err;
        return;
    }
    EXPECT_EQ(backward.exit_code, 1);
    EXPECT_THAT(backward.err, HasSubstr("an INSERT of `" + schema() + "`.`loose`"));
}

TEST_P(ImagesRoundTrip, NoblobIsTakenBackUnlessABlobChanged) {
    set_image("NOBLOB");
    expect_round_trip(kSetup, {"UPDATE t SET a = a + 1", "INSERT INTO t (a) VALUES (5)",
                               "UPDATE t SET id = 50 WHERE id = 1"});
    const auto backward = expect_forward(kSetup, {"UPDATE t SET b = 'other' WHERE id = 1"});
    EXPECT_EQ(backward.exit_code, 1);
    EXPECT_THAT(backward.err, HasSubstr("an UPDATE of"));
}

TEST_P(ImagesRoundTrip, FullWithoutDuplicatesIsTakenBack) {
    if (!mariadb_since(110400)) GTEST_SKIP() << "MariaDB 11.4 and later";
    set_image("FULL_NODUP");
    expect_round_trip(kSetup, {"UPDATE t SET a = a + 1, b = NULL WHERE id < 3",
                               "DELETE FROM t WHERE id = 3", "UPDATE loose SET c = 4 LIMIT 1",
                               "DELETE FROM loose LIMIT 1", "INSERT INTO loose (c) VALUES (4)"});
}

const Strings kDocuments{
    "CREATE TABLE t (id INT PRIMARY KEY, doc JSON, other JSON, n INT) ENGINE=InnoDB",
    "INSERT INTO t VALUES (1, JSON_OBJECT('a', 1, 'pad', REPEAT('x', 300), 'list', JSON_ARRAY(1, "
    "2.50, CAST('2020-01-01' AS DATE))), '[1]', 1), (2, JSON_OBJECT('a', 2, 'pad', REPEAT('y', "
    "300)), NULL, 2)"};
const Strings kPartialWork{
    "UPDATE t SET doc = JSON_REPLACE(doc, '$.a', 5)",
    "UPDATE t SET doc = JSON_SET(doc, '$.pad', 'short', '$.a', CAST(1.50 AS DECIMAL(5,2)))",
    "UPDATE t SET doc = JSON_REMOVE(doc, '$.list[0]'), n = 9 WHERE id = 1",
    "UPDATE t SET other = JSON_ARRAY_INSERT(other, '$[0]', 7) WHERE id = 1",
    "UPDATE t SET other = '{}' WHERE id = 2"};

TEST_P(ImagesRoundTrip, DocumentsLoggedInPart) {
    if (!mysql_since(80004)) GTEST_SKIP() << "MySQL 8.0 and later";
    run({"SET binlog_row_value_options = 'PARTIAL_JSON'"});
    expect_round_trip(kDocuments, kPartialWork);
    Strings loose = kDocuments;
    loose[0] = "CREATE TABLE t (id INT, doc JSON, other JSON, n INT) ENGINE=InnoDB";
    expect_round_trip(loose, kPartialWork);
}

TEST_P(ImagesRoundTrip, DocumentsLoggedInPartAndNotBefore) {
    if (!mysql_since(80004)) GTEST_SKIP() << "MySQL 8.0 and later";
    set_image("MINIMAL");
    run({"SET binlog_row_value_options = 'PARTIAL_JSON'"});
    const auto backward = expect_forward(kDocuments, kPartialWork);
    EXPECT_EQ(backward.exit_code, 1);
    EXPECT_THAT(backward.err, HasSubstr("an UPDATE of"));
}

}  // namespace
}  // namespace wisp::extract
