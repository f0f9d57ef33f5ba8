// SPDX-License-Identifier: Apache-2.0
#include "migrator/copy_ease.h"

#include <gtest/gtest.h>

namespace wisp::migrator {
namespace {

using std::chrono::milliseconds;

Look others_send(std::optional<double> statements) {
    return {{}, {}, {}, {}, {}, statements, 0};
}

TEST(CopyEaseTest, NobodyElseNoEase) {
    EXPECT_EQ(copy_ease(others_send(5), milliseconds(500)),
              (Ease{milliseconds(500), milliseconds(500)}));
}

TEST(CopyEaseTest, ChunksAreShortWhileOthersAreAtWork) {
    EXPECT_EQ(copy_ease(others_send(2'000), milliseconds(500)),
              (Ease{milliseconds(100), milliseconds(20)}));
}

TEST(CopyEaseTest, OthersThatCannotBeCountedAreThere) {
    EXPECT_EQ(copy_ease(others_send({}), milliseconds(500)).chunk_time, milliseconds(100));
}

TEST(CopyEaseTest, AShorterTimeThatWasAskedForStays) {
    EXPECT_EQ(copy_ease(others_send(2'000), milliseconds(10)),
              (Ease{milliseconds(10), milliseconds(10)}));
}

}  // namespace
}  // namespace wisp::migrator
