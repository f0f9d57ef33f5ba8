// SPDX-License-Identifier: Apache-2.0
#include "extract/utc_time.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace wisp::extract {
namespace {

TEST(UtcTime, ReadsTheFormsPeopleWrite) {
    constexpr std::int64_t kTime = 1793700672;  // 2026-11-03 10:11:12
    for (const std::string text :
         {"2026-11-03 10:11:12", "2026-11-03T10:11:12Z", "2026-11-03 10:11:12 UTC",
          "2026-11-03 12:11:12+02:00", "2026-11-03 05:11:12-0500", "@1793700672"}) {
        const auto time = parse_time(text);
        ASSERT_TRUE(time) << time.error();
        EXPECT_EQ(*time, kTime) << text;
    }
    EXPECT_EQ(*parse_time("2026-11-03 10:11"), kTime - 12);
    EXPECT_EQ(*parse_time("2026-11-03"), kTime - 10 * 3600 - 11 * 60 - 12);
}

TEST(UtcTime, RefusesWhatIsNoTime) {
    for (const std::string text :
         {"", "yesterday", "2026-13-01", "2026-02-30", "2026-11-03 24:00:00", "2026-11-03 10:60",
          "2026-11-03 10:11:12 x", "@", "@12x", "@-1", "2026-11-03 10:11:12+25:00"})
        EXPECT_FALSE(parse_time(text)) << text;
}

TEST(UtcTime, WritesWhatItReads) {
    for (const std::string text : {"1970-01-01 00:00:00", "2000-02-29 23:59:59",
                                   "2026-11-03 10:11:12", "2106-02-07 06:28:15"})
        EXPECT_EQ(utc_text(*parse_time(text)), text);
}

}  // namespace
}  // namespace wisp::extract
