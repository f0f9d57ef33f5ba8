// SPDX-License-Identifier: Apache-2.0
#include "binlog/statement.h"

#include <gtest/gtest.h>

#include "tests/support/event_builder.h"

namespace wisp::binlog {
namespace {

struct Case {
    const char* text;
    Control control;
    const char* name = "";
};

void PrintTo(const Case& value, std::ostream* out) {
    *out << value.text;
}

class Meanings : public ::testing::TestWithParam<Case> {};

TEST_P(Meanings, AreTold) {
    const auto meaning = meaning_of(GetParam().text);
    EXPECT_EQ(meaning.control, GetParam().control) << GetParam().text;
    EXPECT_EQ(meaning.name, GetParam().name) << GetParam().text;
}

INSTANTIATE_TEST_SUITE_P(
    TransactionControl, Meanings,
    ::testing::Values(
        Case{"BEGIN", Control::kBegin}, Case{"begin", Control::kBegin},
        Case{"BEGIN ;", Control::kBegin}, Case{" /* app */ BEGIN -- x", Control::kBegin},
        Case{"BEGIN WORK", Control::kBegin}, Case{"START TRANSACTION", Control::kBegin},
        Case{"COMMIT", Control::kCommit}, Case{"COMMIT /* x */", Control::kCommit},
        Case{"ROLLBACK", Control::kRollback}, Case{"ROLLBACK WORK", Control::kRollback},
        Case{"SAVEPOINT `a b`", Control::kSavepoint, "a b"},
        Case{"SAVEPOINT `a``b`", Control::kSavepoint, "a`b"},
        Case{"SAVEPOINT \"a\"\"b\"", Control::kSavepoint, "a\"b"},
        Case{"savepoint sp_1", Control::kSavepoint, "sp_1"},
        Case{"ROLLBACK TO `x`", Control::kRollbackTo, "x"},
        Case{"ROLLBACK WORK TO SAVEPOINT x", Control::kRollbackTo, "x"},
        Case{"RELEASE SAVEPOINT `x`", Control::kRelease, "x"},
        Case{"XA START X'6162',X'63',7", Control::kXaStart, "X'6162',X'63',7"},
        Case{"XA BEGIN 'ab'", Control::kXaStart, "X'6162',X'',1"},
        Case{"XA END 0x6162", Control::kXaEnd, "X'6162',X'',1"},
        Case{"XA PREPARE 'ab' , 'c'", Control::kXaPrepare, "X'6162',X'63',1"},
        Case{"XA COMMIT X'6162',X'',1", Control::kXaCommit, "X'6162',X'',1"},
        Case{"XA COMMIT 'ab' ONE PHASE", Control::kXaCommitOnePhase, "X'6162',X'',1"},
        Case{"XA ROLLBACK 'it''s'", Control::kXaRollback, "X'69742773',X'',1"},
        Case{"CREATE TABLE `t` (\n  `a` int\n) START TRANSACTION", Control::kCreateAndBegin}));

INSTANTIATE_TEST_SUITE_P(
    EverythingElse, Meanings,
    ::testing::Values(Case{"", Control::kNone}, Case{"beginning", Control::kNone},
                      Case{"BEGIN NOT ATOMIC SELECT 1; END", Control::kNone},
                      Case{"/*!40000 BEGIN */", Control::kNone},
                      Case{"insert into t values (1)", Control::kNone},
                      Case{"commits", Control::kNone}, Case{"XA", Control::kNone},
                      Case{"XA COMMIT", Control::kNone}, Case{"XA COMMIT X'6'", Control::kNone},
                      Case{"XA COMMIT 'a", Control::kNone}, Case{"XA RECOVER", Control::kNone},
                      Case{"SAVEPOINT", Control::kNone}, Case{"SAVEPOINT `a", Control::kNone},
                      Case{"ROLLBACK TO", Control::kNone}, Case{"RELEASE ALL", Control::kNone},
                      Case{"START SLAVE", Control::kNone}, Case{"/* unclosed", Control::kNone},
                      Case{"CREATE TABLE t (a int)", Control::kNone},
                      Case{"TRUNCATE t", Control::kNone}));

TEST(Query, SplitsSchemaAndText) {
    const auto body = test::query_body("shop", "DROP TABLE x");
    const auto query = parse_query(body, 13, false);
    ASSERT_TRUE(query) << query.error();
    EXPECT_EQ(query->schema, "shop");
    EXPECT_EQ(query->text, "DROP TABLE x");
    for (std::size_t size = 0; size < 13 + 3 + 5; ++size)
        EXPECT_FALSE(parse_query(Bytes(body).first(size), 13, false)) << size;
}

TEST(Query, ReadsLoadDataBehindItsFixedPart) {
    auto body = test::query_body("shop", "LOAD DATA INFILE 'x' INTO TABLE t");
    body.insert(body.begin() + 13, 13, 0);
    const auto query = parse_load_query(body, 26);
    ASSERT_TRUE(query) << query.error();
    EXPECT_EQ(query->text, "LOAD DATA INFILE 'x' INTO TABLE t");
}

TEST(XaPrepare, NamesItsXidAsStatementsDo) {
    const auto body = test::xa_prepare_body("ab", true);
    const auto xid = parse_xa_prepare(body);
    ASSERT_TRUE(xid);
    EXPECT_EQ(xid->name, meaning_of("XA COMMIT 'ab'").name);
    EXPECT_TRUE(xid->one_phase);
    for (std::size_t size = 0; size < body.size(); ++size)
        EXPECT_FALSE(parse_xa_prepare(Bytes(body).first(size))) << size;
}

}  // namespace
}  // namespace wisp::binlog
