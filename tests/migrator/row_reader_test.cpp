// SPDX-License-Identifier: Apache-2.0
#include "migrator/row_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "migrator/refusal.h"
#include "tests/migrator/plans.h"

namespace wisp::migrator {
namespace {

using test::column;
using test::primary_key;
using ::testing::HasSubstr;

std::string tuple(const Plan& plan, const binlog::Change& change,
                  std::vector<std::string>* lenient = nullptr) {
    RowReader reader(plan);
    std::string text;
    auto needs_lenient = reader.append_tuple(change, text);
    if (lenient != nullptr) *lenient = std::move(needs_lenient);
    return text;
}

TEST(RowReader, WritesATupleInTheGhostsColumnOrderOfThePlan) {
    const auto plan = test::make_plan(
        test::table(
            {column("id", "int"), column("gone", "int"), test::nullable(column("v", "varchar(9)"))},
            {primary_key({"id"})}),
        test::table({column("v", "varchar(9)"), column("id", "bigint")}, {primary_key({"id"})}),
        "DROP COLUMN gone, MODIFY v VARCHAR(9) FIRST");
    const test::RowLog log(plan.source);
    EXPECT_EQ(tuple(plan, log.insert({7, 8, "x"})), "(7,_utf8mb4'x')");
    EXPECT_EQ(tuple(plan, log.insert({7, 8, test::Cell{}})), "(7,NULL)");
    EXPECT_EQ(tuple(plan, log.update({1, 1, "a"}, {2, 2, "b"})), "(2,_utf8mb4'b')") << "after";
}

TEST(RowReader, AppendsFilledColumnsBehindTheMappedOnes) {
    const auto plan = test::make_plan(
        test::table({column("id", "int")}, {primary_key({"id"})}),
        test::table({column("id", "int"),
                     test::with_default(column("at", "datetime"), "CURRENT_TIMESTAMP")},
                    {primary_key({"id"})}),
        "ADD COLUMN at DATETIME DEFAULT CURRENT_TIMESTAMP");
    EXPECT_EQ(tuple(plan, test::RowLog(plan.source).insert({7})),
              "(7,CONVERT_TZ(NOW(0), '+00:00', @@global.time_zone))");
}

TEST(RowReader, ReadsUnsignedKeysAboveTheSignedRange) {
    const auto plan = test::same_plan({column("id", "bigint unsigned")}, {primary_key({"id"})});
    const test::RowLog log(plan.source);
    RowReader reader(plan);
    EXPECT_EQ(reader.condition(log.insert({std::int64_t{-1}}), false),
              "(`id` = 18446744073709551615)");
    EXPECT_NE(reader.identity(log.insert({std::int64_t{-1}}), false),
              reader.identity(log.insert({1}), false));
}

TEST(RowReader, PadsBinaryKeysWhoseTrailingZerosTheLogLeavesOut) {
    const auto plan = test::same_plan({column("k", "binary(4)")}, {primary_key({"k"})});
    const test::RowLog log(plan.source);
    RowReader reader(plan);
    EXPECT_EQ(reader.condition(log.erase({std::string("\x01\x00\x02", 3)}), true),
              "(`k` = _binary X'01000200')");
    EXPECT_EQ(reader.condition(log.erase({""}), true), "(`k` = _binary X'00000000')");
}

TEST(RowReader, NamesTheGhostsColumnInConditions) {
    const auto plan = test::make_plan(
        test::table({column("a", "int"), column("b", "int")}, {primary_key({"b", "a"})}),
        test::table({column("x`y", "int"), column("b", "int")}, {primary_key({"b", "x`y"})}),
        "RENAME COLUMN a TO `x``y`");
    const test::RowLog log(plan.source);
    RowReader reader(plan);
    const auto change = log.update({1, 2}, {3, 4});
    EXPECT_EQ(reader.condition(change, true), "(`b` = 2 AND `x``y` = 1)");
    EXPECT_EQ(reader.condition(change, false), "(`b` = 4 AND `x``y` = 3)");
}

TEST(RowReader, ExactConditionsCompareTheBytesOfTextAsWell) {
    const auto plan =
        test::same_plan({column("k", "varchar(9)"), column("n", "int")}, {primary_key({"k", "n"})});
    const test::RowLog log(plan.source);
    RowReader reader(plan);
    EXPECT_EQ(reader.condition(log.erase({"a ", 1}), true), "(`k` = _utf8mb4'a ' AND `n` = 1)");
    EXPECT_EQ(
        reader.exact_condition(log.erase({"a ", 1}), true),
        "(`k` = _utf8mb4'a ' AND CAST(`k` AS BINARY) = CAST(CONVERT(_utf8mb4'a ' USING utf8mb4)"
        " AS BINARY) AND `n` = 1)");
}

TEST(RowReader, ExactConditionsConvertToTheGhostsCharacterSet) {
    const auto plan = test::make_plan(
        test::table({test::collated("k", "varchar(9)", "latin1", "latin1_swedish_ci")},
                    {primary_key({"k"})}),
        test::table({column("k", "varchar(9)")}, {primary_key({"k"})}),
        "CONVERT TO CHARACTER SET utf8mb4");
    ASSERT_TRUE(plan.exact_key);
    const test::RowLog log(plan.source);
    RowReader reader(plan);
    const auto change = log.erase({"\xE9"});
    EXPECT_THAT(reader.exact_condition(change, true),
                HasSubstr("CONVERT(_latin1 X'E9' USING utf8mb4)"));
    EXPECT_EQ(reader.condition(change, true), reader.exact_condition(change, true))
        << "the plan asks for it always";
}

TEST(RowReader, ExactConditionsOfNumberedTypesDoNotCompareTheNumberWithTheName) {
    // ENUM and SET have a character set too, but their literal is the ordinal.
    for (const char* type : {"enum('x','y')", "set('x','y')"}) {
        const auto plan = test::same_plan({column("k", type)}, {primary_key({"k"})});
        const test::RowLog log(plan.source);
        RowReader reader(plan);
        EXPECT_EQ(reader.condition(log.erase({2}), true), "(`k` = 2)") << type;
        EXPECT_THAT(reader.exact_condition(log.erase({2}), true),
                    ::testing::Not(HasSubstr("CONVERT(2 ")))
            << type << ": no row has a member named 2, so the repeated delete would find none";
    }
}

TEST(RowReader, AsksForALenientSessionForTheEnumErrorValueOnly) {
    const auto plan =
        test::same_plan({column("id", "int"), test::nullable(column("e", "enum('a','b')")),
                         column("s", "set('a')")},
                        {primary_key({"id"})});
    const test::RowLog log(plan.source);
    std::vector<std::string> lenient;
    tuple(plan, log.insert({1, 0, 0}), &lenient);
    EXPECT_EQ(lenient, std::vector<std::string>{"e"});
    for (const auto& row : {test::Cells{1, 1, 0}, test::Cells{1, test::Cell{}, 0}}) {
        tuple(plan, log.insert(row), &lenient);
        EXPECT_TRUE(lenient.empty());
    }
}

TEST(RowReader, IdentityDependsOnTheKeyColumnsAlone) {
    const auto plan =
        test::same_plan({column("v", "varchar(9)"), column("id", "int")}, {primary_key({"id"})});
    const test::RowLog log(plan.source);
    RowReader reader(plan);
    const auto change = log.update({"a", 1}, {"b", 1});
    EXPECT_EQ(reader.identity(change, true), reader.identity(change, false));
    EXPECT_NE(reader.identity(change, true), reader.identity(log.insert({"a", 2}), false));
}

TEST(RowReader, IdentitiesSortAsTheirKeysDo) {
    const auto identities = [](const char* type, const std::vector<test::Cell>& keys) {
        const auto plan =
            test::same_plan({column("k", type), column("n", "int")}, {primary_key({"k", "n"})});
        const test::RowLog log(plan.source);
        RowReader reader(plan);
        std::vector<std::string> out;
        for (const auto& key : keys) {
            out.push_back(reader.identity(log.insert({key, 1}), false));
            out.push_back(reader.identity(log.insert({key, 2}), false));
        }
        return out;
    };
    const auto text = [](const char* bytes, std::size_t size) { return std::string(bytes, size); };
    for (const auto& found :
         {identities("int", {-70'000, -256, -1, 0, 1, 255, 256, 70'000}),
          identities("varbinary(9)", {"", text("\0", 1), text("\0\0", 2), "a", text("a\0", 2),
                                      text("a\0b", 3), "a\x01", "ab", "b", "\xFF"})}) {
        EXPECT_TRUE(std::is_sorted(found.begin(), found.end()));
        EXPECT_EQ(std::set(found.begin(), found.end()).size(), found.size()) << "all differ";
    }
}

TEST(RowReader, RefusesAnImageThatIsCutOff) {
    const auto plan =
        test::same_plan({column("id", "int"), column("v", "varchar(9)")}, {primary_key({"id"})});
    const test::RowLog log(plan.source);
    const auto whole = log.insert({1, "abc"});
    RowReader reader(plan);
    for (std::size_t bytes = 0; bytes < whole.after.bytes.size(); ++bytes) {
        auto cut = whole;
        cut.after.bytes = whole.after.bytes.first(bytes);
        std::string text;
        EXPECT_THROW(static_cast<void>(reader.append_tuple(cut, text)), Refusal)
            << bytes << " bytes";
    }
}

}  // namespace
}  // namespace wisp::migrator
