// SPDX-License-Identifier: Apache-2.0
#include "binlog/table_map.h"

#include <gtest/gtest.h>

#include "tests/support/event_builder.h"

namespace wisp::binlog {
namespace {

using test::BuiltColumn;
using test::ByteWriter;
using test::Raw;
using test::table_map_body;

constexpr std::size_t kFixed = 8;

TEST(TableMap, ReadsNamesTypesAndMeta) {
    const Raw body = table_map_body(
        0x123456789abc, "shop", "orders",
        {{kLong, {}}, {kVarchar, {0x2c, 1}}, {kDecimal, {10, 2}}, {kBit, {3, 1}}, {kBlob, {2}}});
    const auto name = parse_table_map_name(body, kFixed);
    ASSERT_TRUE(name);
    EXPECT_EQ(name->id, 0x123456789abcU);
    EXPECT_EQ(name->schema, "shop");
    EXPECT_EQ(name->table, "orders");
    const auto map = parse_table_map(body, kFixed);
    ASSERT_TRUE(map) << map.error();
    ASSERT_EQ(map->columns.size(), 5U);
    EXPECT_EQ(map->columns[1].meta, 300);
    EXPECT_EQ(map->columns[2].meta, 10 << 8 | 2);
    EXPECT_EQ(map->columns[3].meta, 11);
    EXPECT_EQ(map->columns[4].meta, 2);
    EXPECT_TRUE(map->columns[0].nullable);
    EXPECT_FALSE(map->unsigned_columns);
}

TEST(TableMap, FindsTheRealTypeOfStrings) {
    // CHAR(255) in utf8mb4 has 1020 bytes: bits 8 and 9 of the length hide in the type.
    const auto map = parse_table_map(table_map_body(1, "a", "b",
                                                    {{kString, {kEnum, 2}},
                                                     {kString, {kSet, 8}},
                                                     {kString, {0xce, 0xfc}},
                                                     {kString, {kString, 20}}}),
                                     kFixed);
    ASSERT_TRUE(map) << map.error();
    EXPECT_EQ(map->columns[0].type, kEnum);
    EXPECT_EQ(map->columns[0].meta, 2);
    EXPECT_EQ(map->columns[1].type, kSet);
    EXPECT_EQ(map->columns[1].meta, 8);
    EXPECT_EQ(map->columns[2].type, kString);
    EXPECT_EQ(map->columns[2].meta, 1020);
    EXPECT_EQ(map->columns[3].meta, 20);
}

TEST(TableMap, ReadsSignednessOfNumericColumnsOnly) {
    // Bits: TINY, LONGLONG, YEAR, DECIMAL; the text column takes none.
    const Raw optional{4, 2, 0xaa, 0xbb, 1, 1, 0x70};  // an unknown field first
    const auto map = parse_table_map(
        table_map_body(
            1, "a", "b",
            {{kTiny, {}}, {kVarchar, {10, 0}}, {kLongLong, {}}, {kYear, {}}, {kDecimal, {5, 0}}},
            optional),
        kFixed);
    ASSERT_TRUE(map) << map.error();
    ASSERT_TRUE(map->unsigned_columns);
    EXPECT_EQ(*map->unsigned_columns, (std::vector<bool>{false, false, true, true, true}));
}

TEST(TableMap, RefusesEveryTruncation) {
    const Raw body = table_map_body(1, "ab", "cd", {{kLong, {}}, {kVarchar, {10, 0}}});
    for (std::size_t size = 0; size < body.size(); ++size) {
        EXPECT_FALSE(parse_table_map(Bytes(body).first(size), kFixed)) << size;
        (void)parse_table_map_name(Bytes(body).first(size), kFixed);
    }
}

TEST(TableMap, NamesTheColumnOfAnUnknownType) {
    const auto map =
        parse_table_map(table_map_body(1, "a", "b", {{kLong, {}}, {kTypedArray, {}}}), kFixed);
    ASSERT_FALSE(map);
    EXPECT_NE(map.error().find("column 2 of `a`.`b` has type code 20"), std::string::npos)
        << map.error();
}

TEST(TableMap, RefusesMetaThatCannotBe) {
    for (const auto& column : std::vector<BuiltColumn>{{kDecimal, {90, 2}},
                                                       {kDecimal, {5, 6}},
                                                       {kDatetime, {7}},
                                                       {kBlob, {5}},
                                                       {kBlob, {0}},
                                                       {kString, {kEnum, 3}},
                                                       {kBit, {0, 0}}})
        EXPECT_FALSE(parse_table_map(table_map_body(1, "a", "b", {column}), kFixed));
}

TEST(TableMap, TakesHintsFromTheCatalogue) {
    sql::Table table;
    table.columns.resize(2);
    table.columns[0].is_unsigned = true;
    table.columns[1].fraction_digits = 3;
    const auto hints = column_hints(table);
    EXPECT_TRUE(hints[0].is_unsigned);
    EXPECT_EQ(hints[1].fraction_digits_of_old_type, 3);
}

}  // namespace
}  // namespace wisp::binlog
