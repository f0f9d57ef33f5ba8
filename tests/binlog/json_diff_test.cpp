// SPDX-License-Identifier: Apache-2.0
#include "binlog/json_diff.h"

#include <gtest/gtest.h>

#include "binlog/value_decoder.h"
#include "tests/support/event_builder.h"

namespace wisp::binlog {
namespace {

using test::ByteWriter;
using test::Raw;

const Raw kNumberOne{5, 1, 0};  // int16

Raw diff(std::uint8_t operation, std::string_view path, const Raw& value = {}) {
    ByteWriter out;
    out.u8(operation).packed(path.size()).text(path);
    if (!value.empty()) out.packed(value.size()).raw(value);
    return out.done();
}

TEST(JsonDiff, BecomesTheFunctionThatTheServerWouldCall) {
    EXPECT_EQ(*with_json_diffs("j", {}), "j");
    EXPECT_EQ(*with_json_diffs("j", diff(0, "$.a[0]", kNumberOne)),
              "JSON_REPLACE(j,_utf8mb4'$.a[0]',CAST(_utf8mb4'1' AS JSON))");
    EXPECT_EQ(*with_json_diffs("j", diff(1, "$.a", kNumberOne)),
              "JSON_INSERT(j,_utf8mb4'$.a',CAST(_utf8mb4'1' AS JSON))");
    EXPECT_EQ(*with_json_diffs("j", diff(1, "$.a[2]", kNumberOne)),
              "JSON_ARRAY_INSERT(j,_utf8mb4'$.a[2]',CAST(_utf8mb4'1' AS JSON))");
    EXPECT_EQ(*with_json_diffs("j", diff(1, "$.\"a]\"", kNumberOne)),
              "JSON_INSERT(j,_utf8mb4'$.\"a]\"',CAST(_utf8mb4'1' AS JSON))");
    EXPECT_EQ(*with_json_diffs("j", diff(2, "$.a")), "JSON_REMOVE(j,_utf8mb4'$.a')");
}

TEST(JsonDiff, AppliesSeveralInTheirOrder) {
    const Raw both = ByteWriter().raw(diff(2, "$.a")).raw(diff(1, "$.b", kNumberOne)).done();
    EXPECT_EQ(*with_json_diffs("j", both),
              "JSON_INSERT(JSON_REMOVE(j,_utf8mb4'$.a'),_utf8mb4'$.b',CAST(_utf8mb4'1' AS JSON))");
    const std::size_t first = diff(2, "$.a").size();
    for (std::size_t size = 1; size < both.size(); ++size) {
        const auto done = with_json_diffs("j", Bytes(both).first(size));
        EXPECT_EQ(done.has_value(), size == first) << size;
    }
}

TEST(JsonDiff, RefusesUnknownOperations) {
    EXPECT_FALSE(with_json_diffs("j", diff(3, "$.a", kNumberOne)));
}

/// (id TINYINT, j JSON, v TINYINT)
Change change_of(ChangeKind kind, const std::vector<bool>& before, const std::vector<bool>& after,
                 Raw bytes, std::size_t middle, bool diffs) {
    TableMap table;
    table.schema = "s";
    table.table = "t";
    table.columns = {{kTiny, 0, false}, {kJson, 4, true}, {kTiny, 0, true}};
    auto block = std::make_shared<RowsBlock>();
    block->table = std::make_shared<const TableMap>(table);
    block->bytes = std::move(bytes);
    block->present_before = before;
    block->present_after = after;
    block->json_diffs = diffs;
    Change change{kind, block, {}, {}};
    change.before.bytes = Bytes(block->bytes).first(middle);
    change.after.bytes = Bytes(block->bytes).subspan(middle);
    return change;
}

TEST(DecodeAfter, TakesWhatTheImageLeavesOutFromTheOneBefore) {
    const Raw bytes{/*nulls*/ 0, 7, 3, 0, 0, 0, 5, 1, 0, 9, /*after*/ 0, 8};
    const auto change =
        change_of(ChangeKind::kUpdate, {true, true, true}, {true, false, false}, bytes, 10, false);
    DecodedRow row;
    ASSERT_TRUE(decode_after(change, {}, kAllColumns, row));
    EXPECT_EQ(row.values[0].integer, 8);
    EXPECT_EQ(row.values[1].text, "CAST(_utf8mb4'1' AS JSON)");
    EXPECT_EQ(row.values[2].integer, 9);
    for (const std::size_t column : {0, 1, 2}) EXPECT_TRUE(knows_after(change, column));
}

TEST(DecodeAfter, AppliesDifferencesToTheDocumentBefore) {
    const Raw removal = diff(2, "$.a");
    const Raw bytes = ByteWriter()
                          .raw({/*nulls*/ 0, 7, 3, 0, 0, 0, 5, 1, 0, 9})
                          .raw({/*options*/ 1, /*bits*/ 1, /*nulls*/ 0})
                          .u32(removal.size())
                          .raw(removal)
                          .done();
    const auto change =
        change_of(ChangeKind::kUpdate, {true, true, true}, {false, true, false}, bytes, 10, true);
    DecodedRow row;
    ASSERT_TRUE(decode_after(change, {}, kAllColumns, row));
    EXPECT_EQ(row.values[0].integer, 7);
    EXPECT_EQ(row.values[1].text, "JSON_REMOVE(CAST(_utf8mb4'1' AS JSON),_utf8mb4'$.a')");
    EXPECT_EQ(row.values[2].integer, 9);
}

TEST(DecodeAfter, DoesNotKnowWhatNoImageHolds) {
    const Raw bytes{/*nulls*/ 0, 7, /*options*/ 1, /*bits*/ 1, /*nulls*/ 0, 0, 0, 0, 0};
    const auto change =
        change_of(ChangeKind::kUpdate, {true, false, false}, {false, true, false}, bytes, 2, true);
    EXPECT_TRUE(knows_after(change, 0));
    EXPECT_FALSE(knows_after(change, 1)) << "differences without their document";
    EXPECT_FALSE(knows_after(change, 2));
    DecodedRow row;
    ASSERT_TRUE(decode_after(change, {}, kAllColumns, row));
    EXPECT_EQ(row.values[1].kind, sql::Value::Kind::kNull);
}

}  // namespace
}  // namespace wisp::binlog
