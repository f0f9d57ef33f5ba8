// SPDX-License-Identifier: Apache-2.0
#include "replica/gtid_owned.h"

#include <gtest/gtest.h>

#include <string>

namespace wisp::replica {
namespace {

const std::string kA = "3e11fa47-71ca-11e1-9e33-c80aa9429562";
const std::string kB = "12345678-9abc-def0-1234-56789abcdef0";

TEST(GtidOwned, LosesTheThreads) {
    EXPECT_EQ(owned_as_set(""), "");
    EXPECT_EQ(owned_as_set(kA + ":7#12"), kA + ":7");
    EXPECT_EQ(owned_as_set(kA + ":7#12:8#13"), kA + ":7:8");
    EXPECT_EQ(owned_as_set(kA + ":7#12,\n" + kB + ":9#1"), kA + ":7," + kB + ":9");
    EXPECT_EQ(owned_as_set(kA + ":tag_1:7#12"), kA + ":tag_1:7");
}

/// The next uuid may begin with digits, right behind a thread's number.
TEST(GtidOwned, TellsAUuidFromTheNumberBeforeIt) {
    EXPECT_EQ(owned_as_set(kA + ":7#99" + kB + ":9#1"), kA + ":7," + kB + ":9");
}

}  // namespace
}  // namespace wisp::replica
