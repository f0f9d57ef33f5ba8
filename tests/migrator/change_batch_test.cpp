// SPDX-License-Identifier: Apache-2.0
#include "migrator/change_batch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "migrator/refusal.h"
#include "tests/migrator/plans.h"

namespace wisp::migrator {
namespace {

using test::column;
using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;

class ChangeBatchTest : public ::testing::Test {
  protected:
    void add(const binlog::Change& change) { batch_.add(change, reader_); }

    /// "-(`id` = 1)" for a key whose last state is deleted, "+(1,'a')" for a row.
    [[nodiscard]] std::multiset<std::string> states() {
        std::multiset<std::string> out;
        for (const auto& [identity, key] : batch_.states()) {
            std::string text = key.deleted ? "-" + reader_.condition(key.change, true) : "+";
            if (!key.deleted) static_cast<void>(reader_.append_tuple(key.change, text));
            out.insert(text);
        }
        return out;
    }

    const Plan plan_ = test::same_plan({column("id", "int"), column("v", "varchar(20)")},
                                       {test::primary_key({"id"})});
    const test::RowLog log_{plan_.source};
    RowReader reader_{plan_};
    ChangeBatch batch_;
};

TEST_F(ChangeBatchTest, KeepsTheLastRowOfAKey) {
    add(log_.insert({1, "a"}));
    add(log_.update({1, "a"}, {1, "b"}));
    add(log_.update({1, "b"}, {1, "c"}));
    EXPECT_THAT(states(), UnorderedElementsAre("+(1,_utf8mb4'c')"));
    EXPECT_EQ(batch_.changes(), 3U);
}

TEST_F(ChangeBatchTest, CountsTheBytesOfThoseEventsOnlyThatItStillNeeds) {
    const auto insert = log_.insert({1, "a"});
    const auto update = log_.update({1, "a"}, {1, std::string(20, 'b')});
    add(insert);
    EXPECT_EQ(batch_.bytes(), insert.block->bytes.size());
    for (int i = 0; i < 100; ++i) add(log_.update({1, "x"}, {1, "y"}));
    add(update);
    EXPECT_EQ(batch_.bytes(), update.block->bytes.size()) << "all others are replaced";
    EXPECT_EQ(batch_.changes(), 102U);
    const auto moved = log_.update({2, "c"}, {3, "c"});
    add(moved);
    EXPECT_EQ(batch_.bytes(), update.block->bytes.size() + moved.block->bytes.size())
        << "two states, one event";
    const auto erase = log_.erase({3, "c"});
    batch_.add_held("held", {erase, true, false});
    batch_.add_held("held", {insert, false, false});
    EXPECT_EQ(batch_.bytes(),
              update.block->bytes.size() + moved.block->bytes.size() + erase.block->bytes.size());
}

TEST_F(ChangeBatchTest, GivesItsStatesInTheOrderOfTheirKeys) {
    for (const int id : {300, -7, 2, 70'000, 0}) add(log_.insert({id, "a"}));
    std::string order;
    for (const auto* state : batch_.in_key_order()) {
        order += reader_.single_key(state->second.change, false) + " ";
    }
    EXPECT_EQ(order, "-7 0 2 300 70000 ");
}

TEST_F(ChangeBatchTest, KeepsADeleteOfARowThatItSawBorn) {
    // The ghost may hold the row already, copied or applied before.
    add(log_.insert({1, "a"}));
    add(log_.erase({1, "a"}));
    EXPECT_THAT(states(), UnorderedElementsAre("-(`id` = 1)"));
}

TEST_F(ChangeBatchTest, KeepsTheRowThatFollowsADelete) {
    add(log_.erase({1, "a"}));
    add(log_.insert({1, "b"}));
    EXPECT_THAT(states(), UnorderedElementsAre("+(1,_utf8mb4'b')"));
}

TEST_F(ChangeBatchTest, TellsARowThatFollowsADeleteFromTheOneBefore) {
    add(log_.update({1, "a"}, {1, "b"}));
    EXPECT_FALSE(batch_.states().begin()->second.reborn);
    add(log_.erase({1, "b"}));
    add(log_.insert({1, "c"}));
    EXPECT_TRUE(batch_.states().begin()->second.reborn);
    add(log_.update({1, "c"}, {1, "d"}));
    EXPECT_TRUE(batch_.states().begin()->second.reborn) << "still the new one";
}

TEST_F(ChangeBatchTest, SplitsAnUpdateThatMovesTheKeyIntoADeleteAndARow) {
    add(log_.update({1, "a"}, {2, "a"}));
    EXPECT_THAT(states(), UnorderedElementsAre("-(`id` = 1)", "+(2,_utf8mb4'a')"));
    EXPECT_EQ(batch_.changes(), 1U);
}

TEST_F(ChangeBatchTest, FollowsAKeyThroughSeveralMoves) {
    add(log_.insert({1, "a"}));
    add(log_.update({1, "a"}, {2, "a"}));
    add(log_.update({2, "a"}, {3, "b"}));
    add(log_.update({3, "b"}, {1, "c"}));
    EXPECT_THAT(states(), UnorderedElementsAre("+(1,_utf8mb4'c')", "-(`id` = 2)", "-(`id` = 3)"));
}

TEST_F(ChangeBatchTest, SwapsTwoKeysOfOneTransaction) {
    add(log_.update({1, "a"}, {9, "a"}));
    add(log_.update({2, "b"}, {1, "b"}));
    add(log_.update({9, "a"}, {2, "a"}));
    EXPECT_THAT(states(),
                UnorderedElementsAre("+(1,_utf8mb4'b')", "+(2,_utf8mb4'a')", "-(`id` = 9)"));
}

TEST_F(ChangeBatchTest, KeepsKeysApart) {
    add(log_.insert({1, "a"}));
    add(log_.insert({-1, "b"}));
    add(log_.erase({256, "c"}));
    EXPECT_THAT(states(),
                UnorderedElementsAre("+(1,_utf8mb4'a')", "+(-1,_utf8mb4'b')", "-(`id` = 256)"));
}

TEST_F(ChangeBatchTest, PutsAHeldRowBackUnlessANewerStateIsThere) {
    ChangeBatch first;
    first.add(log_.insert({1, "old"}), reader_);
    first.add(log_.insert({2, "old"}), reader_);
    first.add(log_.insert({3, "old"}), reader_);
    add(log_.update({1, "old"}, {1, "new"}));
    add(log_.erase({2, "old"}));
    for (const auto& [identity, state] : first.states()) batch_.add_held(identity, state);
    EXPECT_THAT(states(),
                UnorderedElementsAre("+(1,_utf8mb4'new')", "-(`id` = 2)", "+(3,_utf8mb4'old')"));
    EXPECT_EQ(batch_.changes(), 2U) << "held rows were counted when they came";
}

TEST_F(ChangeBatchTest, IsEmptyUntilSomethingIsAdded) {
    EXPECT_TRUE(batch_.empty());
    add(log_.erase({1, "a"}));
    EXPECT_FALSE(batch_.empty());
}

TEST_F(ChangeBatchTest, OutlivesTheChangesItWasGiven) {
    {
        const auto change = log_.insert({1, "a"});
        add(change);
    }
    EXPECT_THAT(states(), UnorderedElementsAre("+(1,_utf8mb4'a')"));
}

// --- what cannot be replayed ---------------------------------------------------------------------

TEST_F(ChangeBatchTest, RefusesARowOfATableThatHadItsColumnsChanged) {
    const test::RowLog wider(
        test::table({column("id", "int"), column("v", "varchar(20)"), column("n", "int")}, {}));
    try {
        add(wider.insert({1, "a", 5}));
        FAIL() << "taken";
    } catch (const Refusal& refused) {
        EXPECT_THAT(refused.what(), ::testing::AllOf(HasSubstr("3 columns"), HasSubstr("had 2"),
                                                     HasSubstr("`s`.`t`")));
    }
}

TEST_F(ChangeBatchTest, RefusesImagesWithoutTheKey) {
    using binlog::ChangeKind;
    const std::vector<bool> all{true, true};
    const std::vector<bool> keyless{false, true};
    const test::Cells row{1, "a"};
    const auto expect_refused = [&](const binlog::Change& change) {
        try {
            add(change);
            FAIL() << "taken";
        } catch (const Refusal& refused) {
            EXPECT_THAT(refused.what(),
                        ::testing::AllOf(HasSubstr("`id`"), HasSubstr("binlog_row_image")));
        }
    };
    expect_refused(log_.partial(ChangeKind::kInsert, {}, {}, row, keyless));
    expect_refused(log_.partial(ChangeKind::kUpdate, row, keyless, row, all));
    expect_refused(log_.partial(ChangeKind::kDelete, row, keyless, {}, {}));
    EXPECT_TRUE(batch_.empty()) << "nothing of them was taken";
}

// --- images that are not full --------------------------------------------------------------------

TEST_F(ChangeBatchTest, TakesWhatAnUpdateDoesNotLogFromItsImageBefore) {
    using binlog::ChangeKind;
    const std::vector<bool> all{true, true};
    add(log_.partial(ChangeKind::kUpdate, {1, "a"}, all, {1, "b"}, {false, true}));
    add(log_.partial(ChangeKind::kUpdate, {2, "c"}, all, {3, "c"}, {true, false}));
    EXPECT_THAT(states(),
                UnorderedElementsAre("+(1,_utf8mb4'b')", "-(`id` = 2)", "+(3,_utf8mb4'c')"));
    EXPECT_FALSE(batch_.reads_source());
}

TEST_F(ChangeBatchTest, ReadsARowFromTheSourceThatNoImageTells) {
    using binlog::ChangeKind;
    const std::vector<bool> key_only{true, false};
    const auto from_source = [&] {
        std::multiset<std::string> found;
        for (const auto& [identity, key] : batch_.states()) {
            if (key.from_source) found.insert(reader_.source_condition(key.change));
        }
        return found;
    };
    add(log_.partial(ChangeKind::kInsert, {}, {}, {1, "a"}, key_only));
    add(log_.partial(ChangeKind::kUpdate, {2, "a"}, key_only, {3, "a"}, key_only));
    add(log_.partial(ChangeKind::kDelete, {4, "a"}, key_only, {}, {}));
    EXPECT_THAT(from_source(), UnorderedElementsAre("(`id` = 1)", "(`id` = 3)"));
    EXPECT_EQ(batch_.states().size(), 4U) << "and two deletes";
    add(log_.insert({1, "whole"}));
    add(log_.erase({3, "a"}));
    EXPECT_FALSE(batch_.reads_source()) << "a newer state is known";
}

TEST(ChangeBatch, DoesNotNeedColumnsThatTheAlterDrops) {
    const auto source =
        test::table({column("id", "int"), column("v", "varchar(20)")}, {test::primary_key({"id"})});
    const auto ghost = test::table({column("id", "int")}, {test::primary_key({"id"})});
    const auto plan = test::make_plan(source, ghost, "DROP COLUMN v");
    const test::RowLog log(plan.source);
    RowReader reader(plan);
    ChangeBatch batch;
    EXPECT_NO_THROW(batch.add(
        log.partial(binlog::ChangeKind::kInsert, {}, {}, {1, "a"}, {true, false}), reader));
}

// --- keys of text --------------------------------------------------------------------------------

TEST(ChangeBatch, KeepsKeysApartThatOnlyTheCollationHoldsEqual) {
    const auto plan = test::same_plan({column("k", "varchar(20)"), column("n", "int")},
                                      {test::primary_key({"k"})});
    const test::RowLog log(plan.source);
    RowReader reader(plan);
    ChangeBatch batch;
    batch.add(log.insert({"a", 1}), reader);
    batch.add(log.update({"a", 1}, {"A", 2}), reader);
    batch.add(log.erase({"x ", 3}), reader);
    batch.add(log.insert({"x", 4}), reader);
    std::multiset<std::string> states;
    for (const auto& [identity, key] : batch.states()) {
        states.insert((key.deleted ? "-" : "+") + reader.single_key(key.change, key.deleted));
    }
    EXPECT_THAT(states, UnorderedElementsAre("-_utf8mb4'a'", "+_utf8mb4'A'", "-_utf8mb4'x '",
                                             "+_utf8mb4'x'"));
}

TEST(ChangeBatch, KeepsCompositeKeysApartWhoseTextsRunTogether) {
    const auto plan = test::same_plan({column("a", "varchar(9)"), column("b", "varchar(9)")},
                                      {test::primary_key({"a", "b"})});
    const test::RowLog log(plan.source);
    RowReader reader(plan);
    ChangeBatch batch;
    for (const auto& [a, b] :
         {std::pair{"a-", "b"}, std::pair{"a", "-b"}, std::pair{"a-b", ""}, std::pair{"", "a-b"}}) {
        batch.add(log.insert({a, b}), reader);
    }
    EXPECT_EQ(batch.states().size(), 4U);
}

}  // namespace
}  // namespace wisp::migrator
