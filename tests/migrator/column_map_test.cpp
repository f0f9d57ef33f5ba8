// SPDX-License-Identifier: Apache-2.0
#include "migrator/column_map.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "migrator/refusal.h"
#include "tests/migrator/plans.h"

namespace wisp::migrator {
namespace {

using test::column;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Plan map(std::vector<sql::Column> source, std::vector<sql::Column> ghost, std::string_view alter) {
    auto plan = test::raw_plan(test::table(std::move(source), {}),
                               test::table(std::move(ghost), {}), alter);
    map_columns(plan);
    return plan;
}

/// "a→b" for every mapped column, by source order.
std::vector<std::string> pairs(const Plan& plan) {
    std::vector<std::string> out;
    for (const auto& mapped : plan.columns)
        out.push_back(mapped.source.name + "→" + mapped.ghost.name);
    return out;
}

std::string refusal(std::vector<sql::Column> source, std::vector<sql::Column> ghost,
                    std::string_view alter) {
    try {
        static_cast<void>(map(std::move(source), std::move(ghost), alter));
    } catch (const Refusal& refused) {
        return refused.what();
    }
    return "";
}

TEST(ColumnMap, MapsColumnsByNameWhateverTheirOrderAndCase) {
    const auto plan = map({column("a", "int"), column("b", "int")},
                          {column("B", "int"), column("n", "int"), column("A", "int")},
                          "ADD COLUMN n INT, MODIFY b INT FIRST");
    EXPECT_THAT(pairs(plan), ElementsAre("a→A", "b→B"));
    EXPECT_EQ(plan.columns[1].source_index, 1U);
    EXPECT_THAT(plan.dropped, IsEmpty());
}

TEST(ColumnMap, FollowsARename) {
    EXPECT_THAT(pairs(map({column("a", "int"), column("b", "int")},
                          {column("x", "int"), column("b", "int")}, "RENAME COLUMN a TO x")),
                ElementsAre("a→x", "b→b"));
    EXPECT_THAT(pairs(map({column("a", "int"), column("b", "int")},
                          {column("x", "bigint"), column("b", "int")}, "CHANGE A x BIGINT")),
                ElementsAre("a→x", "b→b"));
}

TEST(ColumnMap, FollowsTwoColumnsThatSwapTheirNames) {
    EXPECT_THAT(pairs(map({column("a", "int"), column("b", "int")},
                          {column("b", "int"), column("a", "int")},
                          "RENAME COLUMN a TO b, RENAME COLUMN b TO a")),
                ElementsAre("a→b", "b→a"));
}

TEST(ColumnMap, DoesNotFillANewColumnThatTookARenamedOnesName) {
    const auto plan = map({column("id", "int"), column("a", "int")},
                          {column("id", "int"), column("b", "int"), column("a", "int")},
                          "RENAME COLUMN a TO b, ADD COLUMN a INT");
    EXPECT_THAT(pairs(plan), ElementsAre("id→id", "a→b"));
    EXPECT_THAT(plan.dropped, IsEmpty());
}

TEST(ColumnMap, DoesNotFillANewColumnThatTookADroppedOnesName) {
    const auto plan = map({column("id", "int"), column("a", "int")},
                          {column("id", "int"), column("a", "varchar(9)")},
                          "DROP COLUMN a, ADD COLUMN a VARCHAR(9)");
    EXPECT_THAT(pairs(plan), ElementsAre("id→id"));
    EXPECT_THAT(plan.dropped, ElementsAre("a"));
}

TEST(ColumnMap, FollowsADroppedColumnWhoseNameARenameTakes) {
    const auto plan =
        map({column("id", "int"), column("a", "int"), column("b", "int")},
            {column("id", "int"), column("b", "int")}, "DROP COLUMN b, RENAME COLUMN a TO b");
    EXPECT_THAT(pairs(plan), ElementsAre("id→id", "a→b"));
    EXPECT_THAT(plan.dropped, ElementsAre("b"));
}

TEST(ColumnMap, RefusesAColumnThatVanishedWithoutTheAlterSayingSo) {
    EXPECT_THAT(refusal({column("id", "int"), column("a", "int")}, {column("id", "int")},
                        "ADD INDEX i (id)"),
                ::testing::AllOf(HasSubstr("`a`"), HasSubstr("DROP COLUMN")));
}

TEST(ColumnMap, RefusesAnAlterThatKeepsNoColumn) {
    EXPECT_THAT(
        refusal({column("a", "int")}, {column("b", "int")}, "ADD COLUMN b INT, DROP COLUMN a"),
        HasSubstr("no column"));
}

TEST(ColumnMap, LeavesColumnsThatTheServerComputesToTheServer) {
    using sql::Generated;
    const auto plan =
        map({column("id", "int"), test::generated(column("v", "int"), Generated::kVirtual),
             test::generated(column("s", "int"), Generated::kStored)},
            {column("id", "int"), test::generated(column("v", "int"), Generated::kVirtual),
             test::generated(column("s", "int"), Generated::kStored)},
            "ENGINE=InnoDB");
    EXPECT_THAT(pairs(plan), ElementsAre("id→id"));
}

TEST(ColumnMap, TakesAStoredColumnsValuesWhenItBecomesPlain) {
    using sql::Generated;
    EXPECT_THAT(
        pairs(map({column("id", "int"), test::generated(column("g", "int"), Generated::kStored)},
                  {column("id", "int"), column("g", "int")}, "MODIFY g INT")),
        ElementsAre("id→id", "g→g"));
}

TEST(ColumnMap, RefusesAVirtualColumnThatBecomesPlain) {
    EXPECT_THAT(refusal({column("id", "int"),
                         test::generated(column("g", "int"), sql::Generated::kVirtual)},
                        {column("id", "int"), column("g", "int")}, "MODIFY g INT"),
                ::testing::AllOf(HasSubstr("`g`"), HasSubstr("virtual")));
}

TEST(ColumnMap, DropsTheValuesOfAColumnThatBecomesGenerated) {
    const auto plan =
        map({column("id", "int"), column("g", "int")},
            {column("id", "int"), test::generated(column("g", "int"), sql::Generated::kStored)},
            "MODIFY g INT GENERATED ALWAYS AS (id) STORED");
    EXPECT_THAT(pairs(plan), ElementsAre("id→id"));
}

// --- conversions ---------------------------------------------------------------------------------

struct Conversion {
    const char* name;
    const char* from;
    const char* to;
    bool allowed;
};

class ColumnMapConversion : public ::testing::TestWithParam<Conversion> {};

TEST_P(ColumnMapConversion, IsAllowedOrRefusedWithWhatToDo) {
    const auto& p = GetParam();
    const auto text = refusal({column("id", "int"), column("c", p.from)},
                              {column("id", "int"), column("c", p.to)}, "MODIFY c NEW");
    if (p.allowed) {
        EXPECT_EQ(text, "");
        return;
    }
    EXPECT_THAT(text, ::testing::AllOf(HasSubstr("`c`"), HasSubstr(p.from), HasSubstr(p.to),
                                       HasSubstr("add a new column")));
}

INSTANTIATE_TEST_SUITE_P(
    , ColumnMapConversion,
    ::testing::Values(Conversion{"WiderInteger", "int", "bigint", true},
                      Conversion{"NarrowerInteger", "bigint", "tinyint unsigned", true},
                      Conversion{"IntegerToText", "int", "varchar(20)", true},
                      Conversion{"IntegerToDecimal", "int", "decimal(20,2)", true},
                      Conversion{"IntegerToDate", "int", "date", false},
                      Conversion{"IntegerToEnum", "int", "enum('a')", false},
                      Conversion{"DecimalToText", "decimal(9,2)", "varchar(20)", true},
                      Conversion{"FloatToDouble", "float", "double", true},
                      Conversion{"FloatToText", "float", "varchar(20)", false},
                      Conversion{"DoubleToText", "double", "text", false},
                      Conversion{"BitToInteger", "bit(8)", "int", true},
                      Conversion{"BitToText", "bit(8)", "varchar(8)", false},
                      Conversion{"YearToInteger", "year", "int", true},
                      Conversion{"YearToDate", "year", "date", false},
                      Conversion{"DateToDatetime", "date", "datetime(6)", true},
                      Conversion{"DateToInteger", "date", "int", false},
                      Conversion{"DateToTimestamp", "date", "timestamp", false},
                      Conversion{"TimeToDatetime", "time", "datetime", false},
                      Conversion{"TimeToText", "time(3)", "varchar(20)", true},
                      Conversion{"DatetimeToTimestamp", "datetime", "timestamp", true},
                      Conversion{"TimestampToDatetime", "timestamp", "datetime", true},
                      Conversion{"DatetimeToTime", "datetime", "time", false},
                      Conversion{"DatetimeToInteger", "datetime", "bigint", false},
                      Conversion{"TextToInteger", "varchar(20)", "int", true},
                      Conversion{"TextToDouble", "varchar(20)", "double", false},
                      Conversion{"TextToTimestamp", "varchar(20)", "timestamp", false},
                      Conversion{"TextToBinary", "varchar(20)", "varbinary(80)", true},
                      Conversion{"TextToEnum", "varchar(20)", "enum('a')", true},
                      Conversion{"TextToJson", "text", "json", true},
                      Conversion{"BinaryToText", "varbinary(20)", "varchar(20)", true},
                      Conversion{"BinaryToInteger", "varbinary(20)", "int", false},
                      Conversion{"EnumToEnum", "enum('a')", "enum('b','a')", true},
                      Conversion{"EnumToSet", "enum('a')", "set('a')", false},
                      Conversion{"EnumToInteger", "enum('a')", "int", false},
                      Conversion{"SetToText", "set('a','b')", "varchar(20)", true},
                      Conversion{"JsonToText", "json", "longtext", true},
                      Conversion{"JsonToInteger", "json", "int", false},
                      Conversion{"UnknownTypeToItself", "inet6", "inet6", true},
                      Conversion{"UnknownTypeToAnother", "uuid", "inet6", false}),
    [](const auto& tested) { return std::string(tested.param.name); });

TEST(ColumnMap, TakesAColumnOfUnchangedTypeAsItIs) {
    const auto plan =
        map({column("e", "enum('a','b')")}, {column("e", "enum('a','b')")}, "ENGINE=InnoDB");
    EXPECT_FALSE(plan.columns[0].conversion.members_as_text);
    EXPECT_EQ(plan.columns[0].wrap("`e`"), "`e`");
}

TEST(ColumnMap, GoesByMemberNameWhenAnEnumsListIsReordered) {
    const auto plan =
        map({column("e", "enum('a','b')")}, {column("e", "enum('b','a')")}, "MODIFY e x");
    EXPECT_TRUE(plan.columns[0].conversion.members_as_text);
}

// --- instants and wall clocks --------------------------------------------------------------------

TEST(ColumnMap, TakesATimestampThroughTheServersZoneToADatetime) {
    const auto plan =
        map({column("at", "timestamp(3)")}, {column("at", "datetime(3)")}, "MODIFY at x");
    EXPECT_EQ(plan.columns[0].wrap("`at`"),
              "COALESCE(CONVERT_TZ(`at`, '+00:00', @@global.time_zone), `at`)");
}

TEST(ColumnMap, TakesADatetimeThroughTheServersZoneToATimestamp) {
    const auto plan = map({column("at", "datetime")}, {column("at", "timestamp")}, "MODIFY at x");
    EXPECT_EQ(plan.columns[0].wrap("X"),
              "COALESCE(CONVERT_TZ(X, @@global.time_zone, '+00:00'), X)");
}

TEST(ColumnMap, ShowsATimestampAsTextOrDateInTheServersZone) {
    for (const char* to : {"varchar(30)", "date"}) {
        const auto plan = map({column("at", "timestamp")}, {column("at", to)}, "MODIFY at x");
        EXPECT_THAT(plan.columns[0].expression, HasSubstr("CONVERT_TZ")) << to;
    }
}

TEST(ColumnMap, LeavesInstantsAndWallClocksAloneAmongThemselves) {
    for (const auto& [from, to] :
         {std::pair{"timestamp", "timestamp(6)"}, std::pair{"datetime(6)", "datetime"},
          std::pair{"datetime", "date"}}) {
        const auto plan = map({column("at", from)}, {column("at", to)}, "MODIFY at x");
        EXPECT_EQ(plan.columns[0].expression, "{}") << from;
    }
}

// --- new columns ---------------------------------------------------------------------------------

TEST(ColumnMap, FillsANewDatetimeOfNowInTheServersZone) {
    for (const char* text :
         {"CURRENT_TIMESTAMP", "current_timestamp()", "CURRENT_TIMESTAMP(0)", "now()"}) {
        const auto plan =
            map({column("id", "int")},
                {column("id", "int"), test::with_default(column("at", "datetime"), text)},
                "ADD COLUMN at DATETIME DEFAULT NOW()");
        ASSERT_EQ(plan.filled.size(), 1U) << text;
        EXPECT_EQ(plan.filled[0].name, "at");
        EXPECT_EQ(plan.filled[0].expression, "CONVERT_TZ(NOW(0), '+00:00', @@global.time_zone)");
    }
}

TEST(ColumnMap, FillsANewDatetimeWithItsFractionDigits) {
    const auto plan = map({column("id", "int")},
                          {column("id", "int"),
                           test::with_default(column("at", "datetime(6)"), "CURRENT_TIMESTAMP(6)")},
                          "ADD COLUMN at DATETIME(6)");
    ASSERT_EQ(plan.filled.size(), 1U);
    EXPECT_EQ(plan.filled[0].expression, "CONVERT_TZ(NOW(6), '+00:00', @@global.time_zone)");
}

TEST(ColumnMap, LeavesNewColumnsWithOtherDefaultsToTheServer) {
    EXPECT_THAT(map({column("id", "int")},
                    {column("id", "int"),
                     test::with_default(column("at", "timestamp"), "CURRENT_TIMESTAMP"),
                     test::with_default(column("n", "int"), "7"),
                     test::with_default(column("d", "datetime"), "2026-01-01 00:00:00"),
                     test::nullable(column("x", "int"))},
                    "ADD COLUMN at TIMESTAMP")
                    .filled,
                IsEmpty());
}

TEST(ColumnMap, FillsNewColumnsThatAreNotNullAndHaveNoDefault) {
    const auto value = [](const std::string& type) {
        const auto plan =
            map({column("id", "int")}, {column("id", "int"), column("x", type)}, "ADD COLUMN x …");
        return plan.filled.size() == 1 ? plan.filled[0].expression : "nothing";
    };
    EXPECT_EQ(value("int"), "0");
    EXPECT_EQ(value("year"), "0");
    EXPECT_EQ(value("varchar"), "''");
    EXPECT_EQ(value("enum"), "1");
    EXPECT_EQ(value("json"), "CAST('null' AS JSON)");
    EXPECT_THROW(value("date"), Refusal);
    EXPECT_THROW(value("geometry"), Refusal);
}

TEST(ColumnMap, FillsNoColumnThatHasASource) {
    const auto plan = map(
        {column("id", "int"), test::with_default(column("at", "datetime"), "CURRENT_TIMESTAMP")},
        {column("id", "int"), test::with_default(column("at", "datetime"), "CURRENT_TIMESTAMP")},
        "ENGINE=InnoDB");
    EXPECT_THAT(plan.filled, IsEmpty());
}

TEST(MappedColumn, PutsTheExpressionIntoEveryPlace) {
    MappedColumn mapped;
    EXPECT_EQ(mapped.wrap("`a`"), "`a`");
    mapped.expression = "f({}, g({}))";
    EXPECT_EQ(mapped.wrap("'{}'"), "f('{}', g('{}'))");
}

}  // namespace
}  // namespace wisp::migrator
