// SPDX-License-Identifier: Apache-2.0
// What a resumed run takes over from the one before: the ghost, markers, and what must be gone.
#include <gtest/gtest.h>

#include "migrator/changelog.h"
#include "migrator/checkpoint_table.h"
#include "migrator/cutover_driver.h"
#include "migrator/inspector.h"
#include "migrator/refusal.h"
#include "migrator/resume.h"
#include "migrator/signs.h"
#include "migrator/table_maker.h"
#include "mysql/connection.h"
#include "sql/identifier.h"
#include "tests/db/mover_scene.h"

namespace wisp::migrator {
namespace {

class MigratorResume : public MoverTest {
  protected:
    [[nodiscard]] Plan small_plan() const {
        return plan("(id INT PRIMARY KEY, v INT)", "(1,1)", "COMMENT='x'");
    }
};
WISP_FOR_EACH_SERVER(MigratorResume);

/// The clock of a resumed run may be behind that of the earlier one.
TEST_P(MigratorResume, MarkersOfAResumedRunAreAboveThoseThatComeByAgain) {
    const auto p = small_plan();
    constexpr std::uint64_t kOld = std::uint64_t{1} << 62U;
    connection().execute(write_marker(p.names.changelog, kOld));
    EXPECT_EQ(newest_marker(connection(), p.names), kOld);
    ChangelogSigns signs(p.names.changelog, newest_marker(connection(), p.names));
    const Mark mark = signs.mark(connection());
    Applied applied;
    applied.marker = kOld;
    EXPECT_FALSE(signs.passed(mark, applied));
    applied.marker = newest_marker(connection(), p.names);
    EXPECT_TRUE(signs.passed(mark, applied));
}

/// A RENAME of the earlier run may still wait behind the sentry: the ghost has its own name again
/// before the sentry goes.
TEST_P(MigratorResume, TheSentryStandsUntilTheGhostIsOutOfReach) {
    const auto p = small_plan();
    const auto& names = p.names;
    connection().execute("RENAME TABLE " + sql::quote(names.ghost) + " TO " +
                         sql::quote(names.swap_ghost));
    connection().execute("CREATE TABLE " + sql::quote(names.swap_old) + " (id INT) COMMENT='" +
                         kSentryComment + "'");
    mysql::Connection reader(server().primary, {});
    reader.execute("BEGIN");
    reader.query("SELECT * FROM " + sql::quote(names.swap_ghost));
    mysql::Session impatient;
    impatient.lock_wait_timeout = std::chrono::seconds(1);
    mysql::Connection writer(server().primary, impatient);
    EXPECT_THROW(take_over(writer, names), Refusal);
    EXPECT_TRUE(is_sentry(connection(), names.swap_old));
    reader.execute("COMMIT");
    take_over(writer, names);
    EXPECT_EQ(relation(connection(), names.swap_old), Relation::kNone);
    EXPECT_EQ(relation(connection(), names.ghost), Relation::kTable);
}

/// Beside the next ghost it would tell of rows that are not there; a preview makes such a ghost.
TEST_P(MigratorResume, NoCheckpointOutlivesItsGhost) {
    for (const bool preview : {false, true}) {
        const auto p = small_plan();
        connection().execute(create_checkpoint_table(p.names.checkpoint));
        save_checkpoint(connection(), p.names.checkpoint, {});
        drop_table(connection(), p.names.ghost);
        LeftoverPolicy policy;
        policy.keep_old = preview;
        clear_leftovers(connection(), p.names, policy);
        EXPECT_EQ(relation(connection(), p.names.checkpoint), Relation::kNone) << preview;
    }
}

TEST_P(MigratorResume, APreviewKeepsWhatTellsOfTheSwap) {
    const auto p = small_plan();
    connection().execute(create_checkpoint_table(p.names.checkpoint));
    Checkpoint checkpoint;
    checkpoint.reached.swapped = true;
    save_checkpoint(connection(), p.names.checkpoint, checkpoint);
    drop_table(connection(), p.names.ghost);
    LeftoverPolicy policy;
    policy.keep_old = true;
    clear_leftovers(connection(), p.names, policy);
    EXPECT_EQ(relation(connection(), p.names.checkpoint), Relation::kTable);
}

}  // namespace
}  // namespace wisp::migrator
