// SPDX-License-Identifier: Apache-2.0
#include "binlog/rows_event.h"

#include <gtest/gtest.h>

#include "tests/support/event_builder.h"

namespace wisp::binlog {
namespace {

using test::Raw;

constexpr std::size_t kFixed = 10;

std::shared_ptr<const TableMap> number_and_text() {
    TableMap table;
    table.id = 7;
    table.schema = "s";
    table.table = "t";
    table.columns = {{kTiny, 0, false}, {kVarchar, 20, true}};
    return std::make_shared<const TableMap>(table);
}

TEST(RowsEvent, SplitsInsertsIntoImages) {
    const Raw rows{0, 1, 1, 'a', /*second: text is NULL*/ 2, 2, /*third*/ 0, 3, 0};
    std::vector<Change> changes;
    const auto bytes = parse_rows(EventType::kWriteRows, test::rows_body(7, 2, {0x03}, rows),
                                  kFixed, number_and_text(), {}, changes);
    ASSERT_TRUE(bytes) << bytes.error();
    ASSERT_EQ(changes.size(), 3U);
    EXPECT_EQ(changes[0].kind, ChangeKind::kInsert);
    EXPECT_EQ(changes[0].after.bytes.size(), 4U);
    EXPECT_EQ(changes[1].after.bytes.size(), 2U);
    EXPECT_EQ(changes[2].after.bytes.size(), 3U);
    EXPECT_GE(*bytes, rows.size() + 3 * sizeof(Change));
}

TEST(RowsEvent, SplitsUpdatesIntoPairs) {
    // After image: only the second column is present (MINIMAL).
    const Raw rows{0, 1, 1, 'a', 0, 2, 'b', 'c'};
    std::vector<Change> changes;
    ASSERT_TRUE(parse_rows(EventType::kUpdateRowsV1, test::rows_body_v1(7, 2, {0x03, 0x02}, rows),
                           8, number_and_text(), {}, changes));
    ASSERT_EQ(changes.size(), 1U);
    EXPECT_EQ(changes[0].before.bytes.size(), 4U);
    EXPECT_EQ(changes[0].after.bytes.size(), 4U);
    EXPECT_EQ(changes[0].block->present_after, (std::vector<bool>{false, true}));
}

TEST(RowsEvent, KeepsDeletesInBefore) {
    std::vector<Change> changes;
    ASSERT_TRUE(parse_rows(EventType::kDeleteRows, test::rows_body(7, 2, {0x03}, {2, 9}), kFixed,
                           number_and_text(), {}, changes));
    ASSERT_EQ(changes.size(), 1U);
    EXPECT_EQ(changes[0].kind, ChangeKind::kDelete);
    EXPECT_EQ(changes[0].before.bytes.size(), 2U);
    EXPECT_TRUE(changes[0].after.bytes.empty());
}

TEST(RowsEvent, ReadsTheTableIdFirst) {
    const auto head = parse_rows_head(test::rows_body(0x010203040506, 2, {3}, {}), kFixed);
    ASSERT_TRUE(head);
    EXPECT_EQ(head->table_id, 0x010203040506U);
    EXPECT_TRUE(head->ends_statement);
}

TEST(RowsEvent, SkipsExtraDataOfVersionTwo) {
    Raw body = test::rows_body(7, 2, {0x03}, {2, 9});
    body[8] = 6;  // length of the extra data, itself included
    body.insert(body.begin() + 10, {1, 2, 3, 4});
    std::vector<Change> changes;
    ASSERT_TRUE(parse_rows(EventType::kWriteRows, body, kFixed, number_and_text(), {}, changes));
    EXPECT_EQ(changes.size(), 1U);
}

TEST(RowsEvent, RefusesEveryTruncationInsideARow) {
    const Raw body = test::rows_body(7, 2, {0x03}, {0, 1, 3, 'a', 'b', 'c'});
    for (std::size_t size = 0; size < body.size(); ++size) {
        const Raw cut(body.begin(), body.begin() + static_cast<std::ptrdiff_t>(size));
        std::vector<Change> changes;
        const bool between_rows = size == body.size() - 6;
        EXPECT_EQ(parse_rows(EventType::kWriteRows, cut, kFixed, number_and_text(), {}, changes)
                      .has_value(),
                  between_rows)
            << size;
    }
}

TEST(RowsEvent, RefusesAnotherColumnCount) {
    std::vector<Change> changes;
    const auto done = parse_rows(EventType::kWriteRows, test::rows_body(7, 3, {0x07}, {0, 1, 2, 3}),
                                 kFixed, number_and_text(), {}, changes);
    ASSERT_FALSE(done);
    EXPECT_NE(done.error().find("has 3 columns and its TABLE_MAP has 2"), std::string::npos);
}

TEST(RowsEvent, KeepsWhatAPartialUpdateLogs) {
    TableMap table;
    table.schema = "s";
    table.table = "t";
    table.columns = {{kTiny, 0, false}, {kJson, 4, true}, {kJson, 4, true}};
    // Before: 1, '1', null. After: options, bits of both documents (the first is partial, and not
    // in the image's columns), nulls, 2.
    const Raw rows{/*nulls*/ 4,   1,          3,           0, 0, 0, 5, 1, 0,
                   /*options*/ 1, /*bits*/ 1, /*nulls*/ 0, 2};
    std::vector<Change> changes;
    const auto bytes =
        parse_rows(EventType::kPartialUpdateRows, test::rows_body(7, 3, {0x07, 0x01}, rows), kFixed,
                   std::make_shared<const TableMap>(table), {}, changes);
    ASSERT_TRUE(bytes) << bytes.error();
    ASSERT_EQ(changes.size(), 1U);
    EXPECT_EQ(changes[0].before.bytes.size(), 9U);
    EXPECT_EQ(changes[0].after.bytes.size(), 4U);
    EXPECT_TRUE(changes[0].block->json_diffs);
}

TEST(RowsEvent, RefusesImagesWithoutColumnsInsteadOfLoopingForever) {
    std::vector<Change> changes;
    EXPECT_FALSE(parse_rows(EventType::kWriteRows, test::rows_body(7, 2, {0x00}, {1}), kFixed,
                            number_and_text(), {}, changes));
}

}  // namespace
}  // namespace wisp::binlog
