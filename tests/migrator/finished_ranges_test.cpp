// SPDX-License-Identifier: Apache-2.0
#include "migrator/finished_ranges.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace wisp::migrator {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

using Key = std::vector<std::string>;

/// "": open.
Key key(const std::string& text) {
    return text.empty() ? Key{} : Key{text};
}
Span span(const std::string& after, const std::string& up_to) {
    return {key(after), key(up_to)};
}
Range range(std::size_t gap, std::uint64_t number, const std::string& after,
            const std::string& up_to) {
    Range range;
    range.after = key(after);
    range.up_to = key(up_to);
    range.number = number;
    range.gap = gap;
    return range;
}
std::vector<Span> spans_of(const std::vector<Gap>& gaps) {
    std::vector<Span> spans;
    for (const auto& gap : gaps) spans.push_back(gap.span);
    return spans;
}

TEST(FinishedRanges, OfAFreshRunAreNone) {
    const FinishedRanges finished;
    EXPECT_THAT(finished.spans(), IsEmpty());
    EXPECT_THAT(spans_of(finished.gaps()), ElementsAre(span("", "")));
    EXPECT_EQ(finished.rows(), 0U);
}

TEST(FinishedRanges, MergeNeighboursInWhateverOrderTheyCome) {
    FinishedRanges finished;
    finished.add(range(0, 2, "20", "30"), 10);
    finished.add(range(0, 0, "", "10"), 10);
    EXPECT_THAT(finished.spans(), ElementsAre(span("", "10"), span("20", "30")));
    finished.add(range(0, 1, "10", "20"), 10);
    EXPECT_THAT(finished.spans(), ElementsAre(span("", "30")));
    finished.add(range(0, 3, "30", ""), 4);
    EXPECT_THAT(finished.spans(), ElementsAre(span("", "")));
    EXPECT_EQ(finished.rows(), 34U);
}

TEST(FinishedRanges, ThatAreAllLeaveNoGap) {
    EXPECT_THAT(FinishedRanges::all(7).gaps(), IsEmpty());
    EXPECT_THAT(FinishedRanges::all(7).spans(), ElementsAre(span("", "")));
    EXPECT_EQ(FinishedRanges::all(7).rows(), 7U);
}

TEST(FinishedRanges, LeaveTheGapsBetweenThem) {
    const auto gaps = [](const std::vector<Span>& known) {
        return spans_of(FinishedRanges(known).gaps());
    };
    EXPECT_THAT(gaps({span("", "10")}), ElementsAre(span("10", "")));
    EXPECT_THAT(gaps({span("10", "")}), ElementsAre(span("", "10")));
    EXPECT_THAT(gaps({span("10", "20"), span("30", "40")}),
                ElementsAre(span("", "10"), span("20", "30"), span("40", "")));
    EXPECT_THAT(gaps({span("", "20"), span("30", "")}), ElementsAre(span("20", "30")));
}

TEST(FinishedRanges, GrowTogetherWithWhatWasKnown) {
    FinishedRanges finished({span("10", "20"), span("30", "40")}, 20);
    ASSERT_EQ(finished.gaps().size(), 3U);
    finished.add(range(1, 7, "20", "25"), 5);
    EXPECT_THAT(finished.spans(), ElementsAre(span("10", "25"), span("30", "40")));
    finished.add(range(1, 8, "25", "30"), 5);
    EXPECT_THAT(finished.spans(), ElementsAre(span("10", "40")));
    finished.add(range(2, 9, "40", ""), 5);
    finished.add(range(0, 3, "", "10"), 5);
    EXPECT_THAT(finished.spans(), ElementsAre(span("", "")));
    EXPECT_EQ(finished.rows(), 40U);
}

TEST(FinishedRanges, CanBeResumedAgainAndAgainInAnyOrder) {
    // Ranges of 0 … 999, some of them finished in each of many runs: in the end none is left, and
    // at no time does a span hold what was not finished.
    std::mt19937 random(7);
    std::vector<bool> done(1'000);
    std::vector<Span> known;
    const auto number = [](const Key& bound, int open) {
        return bound.empty() ? open : std::stoi(bound.front());
    };
    for (int run = 0; known != std::vector<Span>{Span{}}; ++run) {
        ASSERT_LT(run, 1'000);
        FinishedRanges finished(known);
        std::vector<Range> cut;
        for (const auto& gap : finished.gaps()) {
            const int end = number(gap.span.up_to, 1'000);
            for (int at = number(gap.span.after, 0); at < end;) {
                const int next = std::min(end, at + 1 + static_cast<int>(random() % 40));
                cut.push_back(range(gap.number, cut.size(), at == 0 ? "" : std::to_string(at),
                                    next == 1'000 ? "" : std::to_string(next)));
                at = next;
            }
        }
        std::shuffle(cut.begin(), cut.end(), random);
        cut.resize(cut.size() - cut.size() / 2);
        for (const auto& part : cut) {
            finished.add(part, 1);
            std::fill(done.begin() + number(part.after, 0),
                      done.begin() + number(part.up_to, 1'000), true);
        }
        known = finished.spans();
        std::vector<bool> told(1'000);
        for (const auto& part : known) {
            std::fill(told.begin() + number(part.after, 0),
                      told.begin() + number(part.up_to, 1'000), true);
        }
        ASSERT_EQ(told, done);
    }
}

}  // namespace
}  // namespace wisp::migrator
