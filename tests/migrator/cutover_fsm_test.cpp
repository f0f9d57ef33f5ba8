// SPDX-License-Identifier: Apache-2.0
#include "migrator/cutover_fsm.h"

#include <gtest/gtest.h>

#include <array>
#include <functional>
#include <set>
#include <string>
#include <vector>

namespace wisp::migrator {
namespace {

using enum CutoverState;
using enum Outcome;

constexpr std::array kStates{kLocking,   kDraining, kRenaming,   kLooking,
                             kReleasing, kSwapped,  kNotSwapped, kAmbiguous};
constexpr std::array kOutcomes{kOk,      kTimeout,    kFailed,       kLost,
                               kInDoubt, kSawSwapped, kSawUnswapped, kSawNeither};

/// What must follow: a row a state, a column an outcome, in the order of the arrays above.
constexpr std::array<std::array<CutoverState, kOutcomes.size()>, kStates.size()> kTable{{
    {kDraining, kReleasing, kReleasing, kReleasing, kReleasing, kReleasing, kReleasing, kReleasing},
    {kRenaming, kReleasing, kReleasing, kReleasing, kReleasing, kReleasing, kReleasing, kReleasing},
    {kSwapped, kReleasing, kReleasing, kLooking, kLooking, kReleasing, kReleasing, kReleasing},
    {kAmbiguous, kAmbiguous, kAmbiguous, kAmbiguous, kAmbiguous, kSwapped, kReleasing, kAmbiguous},
    {kNotSwapped, kNotSwapped, kNotSwapped, kNotSwapped, kNotSwapped, kNotSwapped, kNotSwapped,
     kAmbiguous},
    {kSwapped, kSwapped, kSwapped, kSwapped, kSwapped, kSwapped, kSwapped, kSwapped},
    {kNotSwapped, kNotSwapped, kNotSwapped, kNotSwapped, kNotSwapped, kNotSwapped, kNotSwapped,
     kNotSwapped},
    {kAmbiguous, kAmbiguous, kAmbiguous, kAmbiguous, kAmbiguous, kAmbiguous, kAmbiguous,
     kAmbiguous},
}};

struct Step {
    CutoverState state;
    Outcome outcome;
};
using Path = std::vector<Step>;

/// Calls `visit` with every sequence of outcomes from the start to an end state.
void each_path(const std::function<void(const Path&, CutoverState)>& visit) {
    Path path;
    const std::function<void(CutoverState)> walk = [&](CutoverState state) {
        ASSERT_LE(path.size(), 6U) << "the machine does not come to an end";
        if (is_end(state)) return visit(path, state);
        for (const Outcome outcome : kOutcomes) {
            path.push_back({state, outcome});
            walk(next_state(state, outcome));
            path.pop_back();
        }
    };
    walk(kLocking);
}

bool contains(const Path& path, CutoverState state, const std::set<Outcome>& outcomes) {
    for (const Step& step : path) {
        if (step.state == state && outcomes.contains(step.outcome)) return true;
    }
    return false;
}

TEST(CutoverFsm, FollowsTheTableForEveryStateAndOutcome) {
    for (std::size_t s = 0; s < kStates.size(); ++s) {
        for (std::size_t o = 0; o < kOutcomes.size(); ++o) {
            EXPECT_EQ(next_state(kStates[s], kOutcomes[o]), kTable[s][o])
                << to_string(kStates[s]) << " with outcome " << o;
        }
    }
}

TEST(CutoverFsm, AlwaysComesToAnEnd) {
    std::size_t paths = 0;
    each_path([&](const Path&, CutoverState) { ++paths; });
    EXPECT_GT(paths, kOutcomes.size());
}

TEST(CutoverFsm, IsSwappedOnlyByARenameThatSucceededOrWasSeen) {
    each_path([](const Path& path, CutoverState end) {
        if (end != kSwapped) return;
        const Step& last = path.back();
        EXPECT_TRUE((last.state == kRenaming && last.outcome == kOk) ||
                    (last.state == kLooking && last.outcome == kSawSwapped))
            << to_string(last.state);
    });
}

TEST(CutoverFsm, NeverRenamesBeforeTheLastEventsAreIn) {
    each_path([](const Path& path, CutoverState) {
        if (!contains(path, kRenaming, {kOutcomes.begin(), kOutcomes.end()})) return;
        EXPECT_TRUE(contains(path, kLocking, {kOk}));
        EXPECT_TRUE(contains(path, kDraining, {kOk}));
    });
}

TEST(CutoverFsm, ARenameWithoutAnAnswerIsNotSwappedOnlyAfterLooking) {
    each_path([](const Path& path, CutoverState end) {
        if (end != kNotSwapped || !contains(path, kRenaming, {kLost, kInDoubt})) return;
        EXPECT_TRUE(contains(path, kLooking, {kSawUnswapped}));
    });
}

TEST(CutoverFsm, TouchesNothingMoreWhenTheServerShowsNeither) {
    each_path([](const Path& path, CutoverState end) {
        if (end == kAmbiguous) {
            const Step& last = path.back();
            EXPECT_TRUE(last.state == kLooking ||
                        (last.state == kReleasing && last.outcome == kSawNeither));
        }
        if (contains(path, kLooking, {kSawNeither})) {
            EXPECT_EQ(end, kAmbiguous);
        }
    });
}

TEST(CutoverFsm, ReleasesBeforeItSaysNotSwapped) {
    each_path([](const Path& path, CutoverState end) {
        if (end == kNotSwapped) {
            EXPECT_EQ(path.back().state, kReleasing);
        }
    });
}

TEST(CutoverFsm, NamesEveryStateOnce) {
    std::set<std::string> names;
    for (const auto state : kStates) names.insert(to_string(state));
    EXPECT_EQ(names.size(), kStates.size());
    EXPECT_FALSE(names.contains("unknown"));
}

}  // namespace
}  // namespace wisp::migrator
