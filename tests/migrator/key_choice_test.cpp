// SPDX-License-Identifier: Apache-2.0
#include "migrator/key_choice.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "migrator/column_map.h"
#include "migrator/refusal.h"
#include "tests/migrator/plans.h"

namespace wisp::migrator {
namespace {

using test::column;
using test::make_plan;
using test::primary_key;
using test::same_plan;
using test::unique_key;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::vector<std::string> key_names(const Plan& plan) {
    std::vector<std::string> names;
    for (const auto i : plan.key.columns) names.push_back(plan.columns.at(i).source.name);
    return names;
}

std::string refusal(sql::Table source, sql::Table ghost, std::string_view alter) {
    try {
        static_cast<void>(make_plan(std::move(source), std::move(ghost), alter));
    } catch (const Refusal& refused) {
        return refused.what();
    }
    return "";
}
std::string refusal(const sql::Table& both) {
    return refusal(both, both, "ENGINE=InnoDB");
}

sql::Table with_key(sql::Column key_column, sql::Key key) {
    return test::table({column("a", "int"), std::move(key_column)}, {std::move(key)});
}

TEST(KeyChoice, RefusesAKeyWhoseValuesTheAlterChanges) {
    const auto source = test::table({column("at", "datetime(6)")}, {primary_key({"at"})});
    EXPECT_THROW(static_cast<void>(test::make_plan(
                     source, test::table({column("at", "datetime")}, {primary_key({"at"})}),
                     "MODIFY at DATETIME NOT NULL")),
                 Refusal);
}

TEST(KeyChoice, PrefersThePrimaryKey) {
    const auto plan = same_plan({column("a", "int"), column("b", "varchar(9)")},
                                {unique_key("u", {"a"}), primary_key({"b"})});
    EXPECT_EQ(plan.key.source_index_name, "PRIMARY");
    EXPECT_THAT(key_names(plan), ElementsAre("b"));
    EXPECT_FALSE(plan.ghost_is_stricter);
    EXPECT_FALSE(plan.exact_key);
}

TEST(KeyChoice, KeepsTheOrderOfACompositeKeysColumns) {
    const auto plan = same_plan({column("a", "int"), column("b", "int"), column("c", "date")},
                                {primary_key({"c", "a", "b"})});
    EXPECT_THAT(key_names(plan), ElementsAre("c", "a", "b"));
}

TEST(KeyChoice, PrefersNarrowNumericKeysAmongOthers) {
    const auto plan = same_plan(
        {column("a", "int"), column("b", "int"), column("v", "varchar(9)")},
        {unique_key("text", {"v"}), unique_key("two", {"a", "b"}), unique_key("one", {"b"})});
    EXPECT_EQ(plan.key.source_index_name, "one");
}

TEST(KeyChoice, FindsTheKeyUnderItsNewColumnName) {
    const auto plan =
        make_plan(test::table({column("a", "int")}, {primary_key({"a"})}),
                  test::table({column("x", "int")}, {primary_key({"x"})}), "RENAME COLUMN a TO x");
    EXPECT_EQ(plan.key.source_index_name, "PRIMARY");
    EXPECT_THAT(key_names(plan), ElementsAre("a"));
    EXPECT_FALSE(plan.ghost_is_stricter);
}

TEST(KeyChoice, TakesAKeyThatIsThereInAnotherColumnOrder) {
    const auto plan =
        make_plan(test::table({column("a", "int"), column("b", "int")}, {primary_key({"a", "b"})}),
                  test::table({column("a", "int"), column("b", "int")}, {primary_key({"b", "a"})}),
                  "DROP PRIMARY KEY, ADD PRIMARY KEY (b, a)");
    EXPECT_THAT(key_names(plan), ElementsAre("a", "b"));
}

TEST(KeyChoice, FallsBackToAnotherKeyWhenTheAlterDropsThePrimaryKey) {
    const auto plan = make_plan(test::table({column("a", "int"), column("b", "int")},
                                            {primary_key({"a"}), unique_key("u", {"b"})}),
                                test::table({column("b", "int")}, {primary_key({"b"})}),
                                "DROP COLUMN a, DROP INDEX u, ADD PRIMARY KEY (b)");
    EXPECT_EQ(plan.key.source_index_name, "u");
    EXPECT_FALSE(plan.ghost_is_stricter) << "b was unique before";
}

// --- keys that cannot be used --------------------------------------------------------------------

TEST(KeyChoice, RefusesATableWithoutAUniqueKey) {
    sql::Key plain = unique_key("i", {"a"});
    plain.unique = false;
    const auto table = with_key(column("b", "int"), plain);
    EXPECT_THAT(refusal(table), HasSubstr("no unique key"));
    EXPECT_THAT(why_no_key(table), AllOf(HasSubstr("`s`.`t`"), HasSubstr("ADD PRIMARY KEY")));
}

TEST(KeyChoice, TakesAKeyThatCanBeNullWhereAllowedAndOnlyWithoutAnother) {
    sql::Column nullable = column("b", "int");
    nullable.nullable = true;
    auto table = with_key(nullable, unique_key("u", {"b"}));
    EXPECT_NE(why_no_key(table), "");
    EXPECT_EQ(why_no_key(table, true), "");
    const auto chosen = [](const sql::Table& source) {
        auto plan = test::raw_plan(source, source, "ENGINE=InnoDB");
        plan.allow_nullable_key = true;
        map_columns(plan);
        choose_key(plan);
        return std::pair(plan.key.source_index_name, plan.key.nullable);
    };
    EXPECT_EQ(chosen(table), (std::pair<std::string, bool>("u", true)));
    table.keys.push_back(unique_key("good", {"a"}));
    EXPECT_EQ(chosen(table), (std::pair<std::string, bool>("good", false)));
}

struct Unusable {
    const char* name;
    sql::Column column;
    sql::Key key;
    const char* reason;
};

sql::Key with_prefix(sql::Key key) {
    key.parts[0].prefix = 4;
    return key;
}

class KeyChoiceUnusable : public ::testing::TestWithParam<Unusable> {};

TEST_P(KeyChoiceUnusable, IsRefusedWithItsNameAndReason) {
    const auto table = with_key(GetParam().column, GetParam().key);
    for (const auto& text : {refusal(table), why_no_key(table)}) {
        EXPECT_THAT(text, AllOf(HasSubstr("u: "), HasSubstr(GetParam().reason)));
    }
}

TEST_P(KeyChoiceUnusable, DoesNotHideAGoodKey) {
    auto table = with_key(GetParam().column, GetParam().key);
    table.keys.push_back(unique_key("good", {"a"}));
    EXPECT_EQ(why_no_key(table), "");
    EXPECT_EQ(make_plan(table, table, "ENGINE=InnoDB").key.source_index_name, "good");
}

INSTANTIATE_TEST_SUITE_P(
    , KeyChoiceUnusable,
    ::testing::Values(
        Unusable{"Nullable", test::nullable(column("k", "int")), unique_key("u", {"k"}),
                 "k can be NULL"},
        Unusable{"NullableSecondPart", test::nullable(column("k", "int")),
                 unique_key("u", {"a", "k"}), "k can be NULL"},
        Unusable{"Prefix", column("k", "varchar(9)"), with_prefix(unique_key("u", {"k"})),
                 "prefix of k"},
        Unusable{"Expression", column("k", "int"), unique_key("u", {""}), "expression"},
        Unusable{"Float", column("k", "float"), unique_key("u", {"k"}), "k is a float"},
        Unusable{"Double", column("k", "double"), unique_key("u", {"k"}), "k is a double"},
        Unusable{"Generated", test::generated(column("k", "int"), sql::Generated::kStored),
                 unique_key("u", {"k"}), "k is generated"}),
    [](const auto& tested) { return std::string(tested.param.name); });

TEST(KeyChoice, RefusesWhenTheAlterTakesTheOnlyKeyAway) {
    const auto source = test::table({column("a", "int"), column("b", "int")}, {primary_key({"a"})});
    const auto ghost = test::table({column("a", "int"), column("b", "int")}, {primary_key({"b"})});
    EXPECT_THAT(refusal(source, ghost, "DROP PRIMARY KEY, ADD PRIMARY KEY (b)"),
                AllOf(HasSubstr("before and after"), HasSubstr("PRIMARY")));
}

TEST(KeyChoice, RefusesAKeyThatIsOnlyAPrefixAfterTheAlter) {
    const auto source = test::table({column("v", "varchar(9)")}, {primary_key({"v"})});
    auto ghost = source;
    ghost.keys[0].parts[0].prefix = 4;
    EXPECT_THAT(refusal(source, ghost, "DROP PRIMARY KEY, ADD PRIMARY KEY (v(4))"),
                HasSubstr("before and after"));
}

TEST(KeyChoice, RefusesAKeyWithOneMoreColumnAfterTheAlter) {
    const auto source = test::table({column("a", "int"), column("b", "int")}, {primary_key({"a"})});
    auto ghost = source;
    ghost.keys = {primary_key({"a", "b"})};
    EXPECT_THAT(refusal(source, ghost, "DROP PRIMARY KEY, ADD PRIMARY KEY (a, b)"),
                HasSubstr("before and after"))
        << "two rows of the ghost could have one key of the source";
}

// --- stricter ghosts -----------------------------------------------------------------------------

struct Stricter {
    const char* name;
    std::vector<sql::Column> source;
    std::vector<sql::Column> ghost;
    std::vector<sql::Key> ghost_keys;  // besides the primary key on id; the source has u on b
    bool stricter;
};

class KeyChoiceStricter : public ::testing::TestWithParam<Stricter> {};

TEST_P(KeyChoiceStricter, IsSeenInTheGhostsUniqueKeys) {
    const auto& p = GetParam();
    auto source_columns = p.source;
    auto ghost_columns = p.ghost;
    source_columns.insert(source_columns.begin(), column("id", "int"));
    ghost_columns.insert(ghost_columns.begin(), column("id", "int"));
    auto ghost_keys = p.ghost_keys;
    ghost_keys.insert(ghost_keys.begin(), primary_key({"id"}));
    const auto plan =
        make_plan(test::table(source_columns, {primary_key({"id"}), unique_key("u", {"b"})}),
                  test::table(ghost_columns, ghost_keys), "ENGINE=InnoDB");
    EXPECT_EQ(plan.ghost_is_stricter, p.stricter);
    EXPECT_FALSE(plan.exact_key) << "the key itself is an integer";
}

std::vector<sql::Column> b_and_c(const char* b, const char* c = "int") {
    return {column("b", b), column("c", c)};
}

INSTANTIATE_TEST_SUITE_P(
    , KeyChoiceStricter,
    ::testing::Values(
        Stricter{"Unchanged", b_and_c("int"), b_and_c("int"), {unique_key("u", {"b"})}, false},
        Stricter{"KeyDropped", b_and_c("int"), b_and_c("int"), {}, false},
        Stricter{"KeyRenamed", b_and_c("int"), b_and_c("int"), {unique_key("v", {"b"})}, false},
        Stricter{"UniqueAdded",
                 b_and_c("int"),
                 b_and_c("int"),
                 {unique_key("u", {"b"}), unique_key("v", {"c"})},
                 true},
        Stricter{
            "IntegerWidened", b_and_c("int"), b_and_c("bigint"), {unique_key("u", {"b"})}, false},
        Stricter{
            "IntegerNarrowed", b_and_c("bigint"), b_and_c("int"), {unique_key("u", {"b"})}, false},
        Stricter{"TextWidened",
                 b_and_c("varchar(9)"),
                 b_and_c("varchar(99)"),
                 {unique_key("u", {"b"})},
                 false},
        Stricter{
            "TextToInteger", b_and_c("varchar(9)"), b_and_c("int"), {unique_key("u", {"b"})}, true},
        Stricter{"DecimalScaleCut",
                 b_and_c("decimal(9,2)"),
                 b_and_c("decimal(9,1)"),
                 {unique_key("u", {"b"})},
                 true},
        Stricter{
            "DatetimeToDate", b_and_c("datetime"), b_and_c("date"), {unique_key("u", {"b"})}, true},
        Stricter{"CollationChanged",
                 b_and_c("varchar(9)"),
                 {test::collated("b", "varchar(9)", "utf8mb4", "utf8mb4_0900_ai_ci"),
                  column("c", "int")},
                 {unique_key("u", {"b"})},
                 true},
        Stricter{"Prefix",
                 b_and_c("varchar(9)"),
                 b_and_c("varchar(9)"),
                 {with_prefix(unique_key("u", {"b"}))},
                 true}),
    [](const auto& tested) { return std::string(tested.param.name); });

TEST(KeyChoice, ComparesBytesWhenTheKeysOwnCollationChanges) {
    const auto plan =
        make_plan(test::table({column("v", "varchar(9)")}, {primary_key({"v"})}),
                  test::table({test::collated("v", "varchar(9)", "utf8mb4", "utf8mb4_0900_ai_ci")},
                              {primary_key({"v"})}),
                  "CONVERT TO CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_ai_ci");
    EXPECT_TRUE(plan.exact_key);
    EXPECT_TRUE(plan.ghost_is_stricter);
}

TEST(KeyChoice, ComparesPlainlyWhenTheKeyOnlyWidens) {
    for (const auto& [from, to] :
         {std::pair{"int", "bigint"}, std::pair{"varchar(9)", "varchar(20)"}}) {
        const auto plan =
            make_plan(test::table({column("k", from)}, {primary_key({"k"})}),
                      test::table({column("k", to)}, {primary_key({"k"})}), "MODIFY k x");
        EXPECT_FALSE(plan.exact_key) << from;
        EXPECT_FALSE(plan.ghost_is_stricter) << from;
    }
}

}  // namespace
}  // namespace wisp::migrator
