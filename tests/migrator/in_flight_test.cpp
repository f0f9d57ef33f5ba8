// SPDX-License-Identifier: Apache-2.0
// R3: what a chunk may bring back is deleted again. The ghost's rows are not needed to see it: only
// the order in which a range enters and leaves and batches are noted.
#include "migrator/in_flight.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <initializer_list>
#include <string>
#include <vector>

#include "tests/migrator/plans.h"

namespace wisp::migrator {
namespace {

using test::column;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

class InFlightTest : public ::testing::Test {
  protected:
    using Changes = std::initializer_list<binlog::Change>;

    /// One batch of these changes; returns the keys whose deletes it repeats.
    std::vector<std::string> note(Changes changes) {
        ChangeBatch batch;
        for (const auto& change : changes) batch.add(change, reader_);
        return in_flight_.note(batch, reader_);
    }
    [[nodiscard]] binlog::Change insert(std::int64_t id) const { return log_.insert({id}); }
    [[nodiscard]] binlog::Change erase(std::int64_t id) const { return log_.erase({id}); }
    [[nodiscard]] binlog::Change move(std::int64_t from, std::int64_t to) const {
        return log_.update({from}, {to});
    }

    const Plan plan_ = test::same_plan({column("id", "int")}, {test::primary_key({"id"})});
    const test::RowLog log_{plan_.source};
    RowReader reader_{plan_};
    InFlight in_flight_;
};

TEST_F(InFlightTest, RepeatsADeleteThatCameDuringTheFlight) {
    const auto range = in_flight_.enter();
    EXPECT_THAT(note({erase(1)}), IsEmpty()) << "the chunk is still at work";
    in_flight_.leave(range);
    EXPECT_TRUE(in_flight_.has_released());
    EXPECT_THAT(note({}), ElementsAre("(`id` = 1)"));
}

TEST_F(InFlightTest, TellsWhereTheOldestDeleteLiesThatItWouldForget) {
    const auto note_at = [&](std::uint64_t offset, Changes changes) {
        ChangeBatch batch;
        for (const auto& change : changes) batch.add(change, reader_);
        return in_flight_.note(batch, reader_, {"binlog.000001", offset});
    };
    EXPECT_EQ(in_flight_.oldest_delete(), std::nullopt);
    const auto first = in_flight_.enter();
    note_at(100, {insert(1)});
    EXPECT_EQ(in_flight_.oldest_delete(), std::nullopt) << "nothing to repeat";
    note_at(200, {erase(1)});
    const auto second = in_flight_.enter();
    note_at(300, {erase(2)});
    EXPECT_EQ(in_flight_.oldest_delete()->offset, 200U);
    in_flight_.leave(first);
    EXPECT_EQ(in_flight_.oldest_delete()->offset, 200U) << "not repeated yet";
    EXPECT_THAT(note_at(400, {}), UnorderedElementsAre("(`id` = 1)", "(`id` = 2)"));
    EXPECT_EQ(in_flight_.oldest_delete()->offset, 300U);
    in_flight_.leave(second);
    note_at(500, {});
    EXPECT_EQ(in_flight_.oldest_delete(), std::nullopt);
}

TEST_F(InFlightTest, RepeatsItOnce) {
    const auto range = in_flight_.enter();
    note({erase(1)});
    in_flight_.leave(range);
    EXPECT_THAT(note({}), ElementsAre("(`id` = 1)"));
    EXPECT_THAT(note({}), IsEmpty());
    EXPECT_FALSE(in_flight_.has_released());
    EXPECT_TRUE(in_flight_.empty());
}

TEST_F(InFlightTest, NeedsNoDeleteFromBeforeTheRangeEntered) {
    // R2: the chunk's read sees everything that was delivered before.
    note({erase(1)});
    const auto range = in_flight_.enter();
    in_flight_.leave(range);
    EXPECT_THAT(note({}), IsEmpty());
}

TEST_F(InFlightTest, NeedsNoDeleteFromAfterTheRangeLeft) {
    const auto range = in_flight_.enter();
    in_flight_.leave(range);
    EXPECT_THAT(note({erase(1)}), IsEmpty()) << "the batch's own delete finds the row";
    EXPECT_THAT(note({}), IsEmpty());
}

TEST_F(InFlightTest, DoesNotRepeatADeleteThatTheSameBatchHolds) {
    const auto range = in_flight_.enter();
    note({erase(1)});
    in_flight_.leave(range);
    EXPECT_THAT(note({erase(1)}), IsEmpty());
    EXPECT_TRUE(in_flight_.empty());
}

TEST_F(InFlightTest, ForgetsADeleteWhoseRowCameBackDuringTheFlight) {
    const auto range = in_flight_.enter();
    note({erase(1), erase(2)});
    note({insert(1)});
    in_flight_.leave(range);
    EXPECT_THAT(note({}), ElementsAre("(`id` = 2)"));
}

TEST_F(InFlightTest, RemembersADeleteThatFollowsARow) {
    const auto range = in_flight_.enter();
    note({insert(1)});
    note({erase(1)});
    in_flight_.leave(range);
    EXPECT_THAT(note({}), ElementsAre("(`id` = 1)"));
}

TEST_F(InFlightTest, DoesNotDeleteARowThatTheSameBatchBringsBack) {
    const auto range = in_flight_.enter();
    note({erase(1), erase(2)});
    in_flight_.leave(range);
    EXPECT_THAT(note({insert(1)}), ElementsAre("(`id` = 2)"));
}

TEST_F(InFlightTest, SeesAKeyThatMovedAwayAsDeleted) {
    const auto range = in_flight_.enter();
    note({move(1, 2)});
    in_flight_.leave(range);
    EXPECT_THAT(note({}), ElementsAre("(`id` = 1)"));
}

TEST_F(InFlightTest, SeesAKeyThatAnotherRowMovedToAsThere) {
    const auto range = in_flight_.enter();
    note({erase(2)});
    note({move(1, 2)});
    in_flight_.leave(range);
    EXPECT_THAT(note({}), ElementsAre("(`id` = 1)"));
}

TEST_F(InFlightTest, CountsEveryKeyAsInEveryRange) {
    // Ranges say nothing of their bounds: a key is never placed in one.
    const auto first = in_flight_.enter();
    note({erase(1)});
    const auto second = in_flight_.enter();
    note({erase(2)});
    in_flight_.leave(first);
    EXPECT_THAT(note({}), UnorderedElementsAre("(`id` = 1)", "(`id` = 2)"));
    EXPECT_FALSE(in_flight_.empty()) << "the second is still at work";
    in_flight_.leave(second);
    EXPECT_THAT(note({}), ElementsAre("(`id` = 2)"));
    EXPECT_TRUE(in_flight_.empty());
}

TEST_F(InFlightTest, KeepsANewerRowOutOfTheDeletesOfEveryFlight) {
    const auto first = in_flight_.enter();
    const auto second = in_flight_.enter();
    note({erase(1)});
    in_flight_.leave(first);
    EXPECT_THAT(note({insert(1)}), IsEmpty());
    in_flight_.leave(second);
    EXPECT_FALSE(in_flight_.has_released());
    EXPECT_THAT(note({}), IsEmpty());
}

TEST_F(InFlightTest, ARowThatComesBackAfterTheRepeatIsNotDeletedAgain) {
    const auto range = in_flight_.enter();
    note({erase(1)});
    in_flight_.leave(range);
    EXPECT_THAT(note({}), ElementsAre("(`id` = 1)"));
    note({insert(1)});
    EXPECT_THAT(note({}), IsEmpty());
}

TEST_F(InFlightTest, IsBusyUntilTheRepeatsHaveBeenHandedOut) {
    EXPECT_TRUE(in_flight_.empty());
    const auto quiet = in_flight_.enter();
    EXPECT_FALSE(in_flight_.empty());
    EXPECT_FALSE(in_flight_.has_released());
    in_flight_.leave(quiet);
    EXPECT_TRUE(in_flight_.empty()) << "nothing to repeat";
    const auto busy = in_flight_.enter();
    note({erase(1)});
    EXPECT_FALSE(in_flight_.has_released()) << "not left yet";
    in_flight_.leave(busy);
    EXPECT_FALSE(in_flight_.empty());
    note({});
    EXPECT_TRUE(in_flight_.empty());
}

TEST_F(InFlightTest, RepeatsManyDeletesOfOneFlight) {
    const auto range = in_flight_.enter();
    for (int id = 0; id < 500; ++id) note({erase(id), insert(id + 10'000)});
    in_flight_.leave(range);
    EXPECT_EQ(note({}).size(), 500U);
}

TEST(InFlight, ComparesBytesSoThatAnotherSpellingOfTheKeyStays) {
    // While 'a' is repeated as deleted, a row 'A' of the same collation may have come.
    const auto plan = test::same_plan({column("k", "varchar(9)")}, {test::primary_key({"k"})});
    const test::RowLog log(plan.source);
    RowReader reader(plan);
    InFlight in_flight;
    const auto range = in_flight.enter();
    ChangeBatch batch;
    batch.add(log.update({"a"}, {"A"}), reader);
    static_cast<void>(in_flight.note(batch, reader));
    in_flight.leave(range);
    const auto repeated = in_flight.note({}, reader);
    ASSERT_EQ(repeated.size(), 1U);
    EXPECT_EQ(repeated[0], reader.exact_condition(log.erase({"a"}), true));
    EXPECT_NE(repeated[0], reader.condition(log.erase({"a"}), true));
}

TEST(InFlightDeathTest, ARangeCannotLeaveTwice) {
    InFlight in_flight;
    const auto range = in_flight.enter();
    in_flight.leave(range);
    EXPECT_DEATH(in_flight.leave(range), "never entered");
}

}  // namespace
}  // namespace wisp::migrator
