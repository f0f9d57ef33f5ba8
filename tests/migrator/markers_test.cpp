// SPDX-License-Identifier: Apache-2.0
#include "migrator/markers.h"

#include <gtest/gtest.h>

namespace wisp::migrator {
namespace {

const binlog::Position kEnd{"binlog.000007", 5'000};

TEST(Patience, EndsWhereNothingMoves) {
    Patience patience(kEnd, 3);
    EXPECT_FALSE(patience.is_over({}, {}));
    EXPECT_FALSE(patience.is_over({}, {}));
    EXPECT_TRUE(patience.is_over({}, {}));
}

TEST(Patience, LastsAsLongAsTheReplayGoesOn) {
    Patience patience(kEnd, 2);
    for (std::uint64_t offset = 4; offset < kEnd.offset; offset += 4) {
        ASSERT_FALSE(patience.is_over(kEnd, {"binlog.000006", offset}));
    }
    EXPECT_FALSE(patience.is_over(kEnd, {"binlog.000007", 4}));
    EXPECT_FALSE(patience.is_over(kEnd, {"binlog.000007", 4}));  // stands
    EXPECT_TRUE(patience.is_over(kEnd, {"binlog.000007", 4}));
}

/// Other tables are written by the gigabyte: nothing of that comes to the applier.
TEST(Patience, LastsAsLongAsTheBinlogIsRead) {
    Patience patience(kEnd, 2);
    for (std::uint64_t offset = 4; offset < kEnd.offset; offset += 4) {
        ASSERT_FALSE(patience.is_over({"binlog.000006", offset}, {}));
    }
    EXPECT_FALSE(patience.is_over({"binlog.000007", 4}, {}));
    EXPECT_FALSE(patience.is_over({"binlog.000007", 4}, {}));  // stands
    EXPECT_TRUE(patience.is_over({"binlog.000007", 4}, {}));
}

/// A filter hides the marker, and others write all the time.
TEST(Patience, EndsBehindTheMarkerHoweverBusyTheBinlogIs) {
    Patience patience(kEnd, 2);
    EXPECT_FALSE(patience.is_over(kEnd, {"binlog.000007", 6'000}));
    EXPECT_TRUE(patience.is_over(kEnd, {"binlog.000007", 7'000}));
}

}  // namespace
}  // namespace wisp::migrator
