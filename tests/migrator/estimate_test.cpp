// SPDX-License-Identifier: Apache-2.0
// From figures to a forecast, and from a forecast to a page.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "migrator/estimate/figures.h"
#include "migrator/estimate/forecast.h"
#include "migrator/estimate/rates.h"
#include "migrator/estimate/report.h"
#include "mysql/disks.h"
#include "tests/migrator/plans.h"

namespace wisp::migrator {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

Estimate with_size(std::uint64_t rows, std::uint64_t data, std::uint64_t index) {
    Estimate estimate;
    estimate.size = {rows, data, index};
    return estimate;
}

Estimate with_writes(std::uint64_t rows, double seconds) {
    Estimate estimate;
    estimate.writes.rows = rows;
    estimate.writes.seconds = seconds;
    return estimate;
}

TEST(Forecast, ReckonsTheCopyByRowsOrByBytesWhicheverTakesLonger) {
    const auto narrow = forecast(with_size(1'000'000, 1, 0), {});
    EXPECT_DOUBLE_EQ(narrow.copy_seconds, 1e6 / rates::kCopiedRows);
    EXPECT_DOUBLE_EQ(narrow.rows_per_second, rates::kCopiedRows);
    const auto wide = forecast(with_size(10, 1'000'000'000, 0), {});
    EXPECT_DOUBLE_EQ(wide.copy_seconds, 1e9 / rates::kCopiedBytes);
}

TEST(Forecast, ASlowReadOverrulesTheRates) {
    Estimate estimate = with_size(1'000'000, 1, 0);
    estimate.sample = {1'000, 1.0};
    const auto slow = forecast(estimate, {});
    EXPECT_TRUE(slow.read_is_slower);
    EXPECT_DOUBLE_EQ(slow.copy_seconds, 1'000.0);
    EXPECT_DOUBLE_EQ(slow.rows_per_second, 1'000.0);
    estimate.sample = {1'000, 0.001};
    EXPECT_FALSE(forecast(estimate, {}).read_is_slower);
}

TEST(Forecast, AnEmptyTableTakesNoTime) {
    const auto empty = forecast(with_size(0, 0, 0), {});
    EXPECT_EQ(empty.copy_seconds, 0);
    EXPECT_EQ(empty.rows_per_second, 0);
}

TEST(Forecast, VerifiesAllATenthOrNothing) {
    const auto size = with_size(1'000'000, 1, 0);
    const double full = forecast(size, {Verify::kFull}).verify_seconds;
    EXPECT_DOUBLE_EQ(full, 1e6 / rates::kVerifiedRows);
    EXPECT_DOUBLE_EQ(forecast(size, {Verify::kSample}).verify_seconds, full / 10);
    EXPECT_EQ(forecast(size, {Verify::kOff}).verify_seconds, 0);
}

TEST(Forecast, TheGhostTakesDataAndIndexesTheBinlogData) {
    // Two secondary indexes now, three then, of which one is deferred.
    const auto f = forecast(with_size(10, 700, 300), {Verify::kFull, 2, 3, 1});
    EXPECT_EQ(f.ghost_bytes, 1'150U);
    EXPECT_EQ(f.binlog_bytes, 700U);
    EXPECT_DOUBLE_EQ(f.index_seconds, 150 / rates::kIndexedBytes);
    const auto first = forecast(with_size(10, 700, 0), {Verify::kFull, 0, 1, 1});
    EXPECT_EQ(first.ghost_bytes, 1'100U);
    EXPECT_DOUBLE_EQ(first.index_seconds, 400 / rates::kIndexedBytes);
}

TEST(Forecast, ReplayConvergesBelowItsRateOnly) {
    const auto of = [](double rate) {
        return forecast(with_writes(static_cast<std::uint64_t>(rate * 10), 10), {}).replay;
    };
    EXPECT_EQ(of(0), Convergence::kSure);
    EXPECT_EQ(of(rates::kReplayedChanges / 2), Convergence::kSure);
    EXPECT_EQ(of(rates::kReplayedChanges), Convergence::kClose);
    EXPECT_EQ(of(rates::kReplayedChanges + 1), Convergence::kNot);
    EXPECT_EQ(forecast(with_writes(5, 0), {}).replay, Convergence::kUnknown);
    Estimate unread = with_writes(0, 10);
    unread.writes.unknown = "purged";
    EXPECT_EQ(forecast(unread, {}).replay, Convergence::kUnknown);
}

TEST(MountOf, TakesTheLongestPathThatTheFileLiesUnder) {
    const std::vector<std::string> paths{"/", "/var", "/var/lib/mysql", "/va"};
    EXPECT_EQ(mysql::mount_of(paths, "/var/lib/mysql/"), "/var/lib/mysql");
    EXPECT_EQ(mysql::mount_of(paths, "/var/lib/mysql2/data"), "/var");
    EXPECT_EQ(mysql::mount_of(paths, "/var"), "/var");
    EXPECT_EQ(mysql::mount_of(paths, "/srv/x"), "/");
    EXPECT_EQ(mysql::mount_of({"/var"}, "/srv/x"), "");
}

TEST(EstimateReport, WritesBytesAndDurationsShort) {
    EXPECT_EQ(bytes_text(0), "0 bytes");
    EXPECT_EQ(bytes_text(1023), "1023 bytes");
    EXPECT_EQ(bytes_text(1024), "1.0 KiB");
    EXPECT_EQ(bytes_text(1.5 * 1024 * 1024 * 1024), "1.5 GiB");
    EXPECT_EQ(duration_text(0), "1 s");
    EXPECT_EQ(duration_text(1.2), "2 s");
    EXPECT_EQ(duration_text(120), "2 min");
    EXPECT_EQ(duration_text(121), "3 min");
    EXPECT_EQ(duration_text(7'200), "2 h 0 min");
}

class EstimateReportPage : public ::testing::Test {
  protected:
    [[nodiscard]] std::string page() {
        estimate_.forecast = forecast(estimate_, {options_.verify, 1, 1, plan_.deferred.size()});
        return report(estimate_, plan_, options_, {});
    }
    Estimate estimate_ = with_size(30'000, 3U << 20U, 1U << 20U);
    Plan plan_ = test::same_plan({test::column("id", "int(11)"), test::column("a", "int(11)")},
                                 {test::primary_key({"id"})});
    MigrationOptions options_;
};

TEST_F(EstimateReportPage, NamesTablesKeyAndSize) {
    const auto text = page();
    EXPECT_THAT(text, HasSubstr("`s`.`_t_gho` (ghost"));
    EXPECT_THAT(text, HasSubstr("stays as `s`.`_t_del`"));
    EXPECT_THAT(text, HasSubstr("PRIMARY       the primary key"));
    EXPECT_THAT(text, HasSubstr("3.0 MiB of data, 1.0 MiB of secondary indexes"));
    EXPECT_THAT(text, HasSubstr("about 4.0 MiB of data and indexes"));
    EXPECT_THAT(text, HasSubstr("foreign keys, triggers"));
    options_.drop_old_after = true;
    EXPECT_THAT(page(), HasSubstr("is dropped after the swap"));
}

TEST_F(EstimateReportPage, TellsWritesAndWarnsOfStatements) {
    estimate_.writes.seconds = 20;
    estimate_.writes.rows = 50;
    estimate_.writes.bytes = 20 * 2048;
    EXPECT_THAT(page(), HasSubstr("2.5 changes/s"));
    EXPECT_THAT(page(), HasSubstr("2.0 KiB/s"));
    EXPECT_THAT(page(), HasSubstr("keeps up: "));
    EXPECT_THAT(page(), Not(HasSubstr("WARNING")));
    estimate_.writes.statements = 3;
    EXPECT_THAT(page(), HasSubstr("WARNING       3 statements on `s`.`t`"));
}

TEST_F(EstimateReportPage, TellsWhatDeferredIndexesCostReplicas) {
    EXPECT_THAT(page(), Not(HasSubstr("index build")));
    plan_.deferred = {{"a_index", "KEY `a_index` (`a`)"}};
    EXPECT_THAT(page(),
                HasSubstr("index build   about 1 s, by one ALTER after the copy: `a_index`"));
}

TEST_F(EstimateReportPage, SaysWhatIsNotKnown) {
    estimate_.writes.unknown = "purged";
    estimate_.rooms.unknown = "no such thing";
    EXPECT_THAT(page(), HasSubstr("the binlog's tail could not be read: purged"));
    EXPECT_THAT(page(), HasSubstr("not known, as the write rate is not"));
    EXPECT_THAT(page(), HasSubstr("not told by the server (no such thing)"));
}

TEST_F(EstimateReportPage, WarnsWhenTheRoomMayNotSuffice) {
    // Ghost 4 MiB, binlog 3 MiB.
    estimate_.rooms.known = {{"data directory", "/data", 7U << 20U}};
    EXPECT_THAT(page(), HasSubstr("7.0 MiB on /data (data directory)\n"));
    estimate_.rooms.known[0].free_bytes -= 1;
    EXPECT_THAT(page(), HasSubstr("(data directory); WARNING: this may not suffice"));
}

}  // namespace
}  // namespace wisp::migrator
