// SPDX-License-Identifier: Apache-2.0
#include "cmd/metrics_sample.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace wisp::cmd {
namespace {

using migrator::ProgressSnapshot;
using migrator::Stage;

TEST(MetricsSample, NamesTheStageAmongAllOfThem) {
    ProgressSnapshot s;
    s.stage = Stage::kVerifying;
    const auto sample = metrics_sample(s);
    EXPECT_EQ(sample.stage, "verifying");
    EXPECT_EQ(sample.stages.front(), "starting");
    EXPECT_EQ(sample.stages.back(), "done");
    EXPECT_EQ(std::count(sample.stages.begin(), sample.stages.end(), sample.stage), 1);
    EXPECT_EQ(std::count(sample.stages.begin(), sample.stages.end(), "unknown"), 0);
}

TEST(MetricsSample, KnowsTheEtaOrSaysThatItDoesNot) {
    ProgressSnapshot s;
    s.stage = Stage::kCopying;
    EXPECT_FALSE(metrics_sample(s).eta_seconds);
    s.eta_seconds = 30;
    EXPECT_EQ(metrics_sample(s).eta_seconds, 30);
}

TEST(MetricsSample, HasABacklogOfWhatIsDeliveredAndNotApplied) {
    ProgressSnapshot s;
    s.changes_delivered = 12;
    s.changes_applied = 5;
    EXPECT_EQ(metrics_sample(s).backlog_changes, 7U);
    s.changes_applied = 13;
    EXPECT_EQ(metrics_sample(s).backlog_changes, 0U);
}

TEST(MetricsSample, ShowsWhatTheThrottlersSourcesRead) {
    ProgressSnapshot s;
    EXPECT_FALSE(metrics_sample(s).throttled);
    s.throttle = "lag r1:3306: lag 2.00 s, limit 1.50 s (for 3 s)";
    s.sources = {{"lag r1:3306", true, std::chrono::seconds(3), throttle::Measure{2, 1.5}},
                 {"command", false, {}, {}}};
    const auto sample = metrics_sample(s);
    EXPECT_TRUE(sample.throttled);
    ASSERT_EQ(sample.sources.size(), 2U);
    EXPECT_EQ(sample.sources[0].name, "lag r1:3306");
    EXPECT_TRUE(sample.sources[0].holds);
    EXPECT_EQ(sample.sources[0].held_seconds, 3);
    EXPECT_EQ(sample.sources[0].value, 2);
    EXPECT_EQ(sample.sources[0].limit, 1.5);
    EXPECT_FALSE(sample.sources[1].value);
}

}  // namespace
}  // namespace wisp::cmd
