// SPDX-License-Identifier: Apache-2.0
#include "drift/definition.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wisp::drift {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

sql::Table table() {
    sql::Table table;
    table.engine = "InnoDB";
    sql::Column id;
    id.name = "id";
    id.data_type = "int";
    id.column_type = "int(11)";
    id.nullable = false;
    sql::Column text;
    text.name = "t";
    text.data_type = "varchar";
    text.column_type = "varchar(9)";
    text.collation = "utf8_general_ci";
    table.columns = {id, text};
    table.keys = {{"PRIMARY", true, {{"id", 0, false}}}};
    return table;
}

TEST(Definition, DisplayWidthAndTheOldNameOfUtf8AreNoDifference) {
    auto newer = table();
    newer.columns[0].column_type = "int";
    newer.columns[1].collation = "utf8mb3_general_ci";
    std::swap(newer.columns[0], newer.columns[1]);
    const auto drift = compare_definitions(table(), newer);
    EXPECT_THAT(drift.differences, IsEmpty());
    EXPECT_THAT(drift.notes, IsEmpty());
    EXPECT_TRUE(drift.rows_comparable);
}

TEST(Definition, AnIndexOfItsOwnIsANoteAndAUniqueOneIsDrift) {
    auto other = table();
    other.keys.push_back({"k", false, {{"t", 5, false}}});
    EXPECT_THAT(compare_definitions(table(), other).notes,
                ElementsAre("index `k` (`t`(5)) is on the replica only"));
    other.keys.back().unique = true;
    EXPECT_THAT(compare_definitions(table(), other).differences,
                ElementsAre("unique index `k` (`t`(5)) is on the replica only"));
}

TEST(Definition, RowsOfOtherTypesAreNotComparable) {
    auto other = table();
    other.columns[1].collation = "latin1_swedish_ci";
    EXPECT_FALSE(compare_definitions(table(), other).rows_comparable);
    other = table();
    other.columns.pop_back();
    EXPECT_FALSE(compare_definitions(table(), other).rows_comparable);
    EXPECT_TRUE(compare_definitions(other, table()).rows_comparable);
    EXPECT_THAT(compare_definitions(other, table()).differences,
                ElementsAre("column `t` is on the replica only"));
}

}  // namespace
}  // namespace wisp::drift
