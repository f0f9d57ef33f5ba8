// SPDX-License-Identifier: Apache-2.0
#include "cmd/run_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

namespace wisp::cmd {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

RunReport migrated() {
    RunReport report;
    report.outcome = Outcome::kMigrated;
    report.facts.source = {"shop", "orders"};
    auto& s = report.figures;
    s.stages = {{migrator::Stage::kCopying, 2.04}, {migrator::Stage::kVerifying, 0.5}};
    s.rows_copied = 100;
    s.rows_verified = 99;
    s.throttled_seconds = 3;
    s.sources.push_back({"lag r1:3306", false, std::chrono::seconds{3}, {}});
    s.sources.push_back({"load", false, {}, {}});
    s.cut_over_attempts = 2;
    s.locked_seconds = 0.012;
    s.longest_stall_seconds = 0.3;
    return report;
}

TEST(RunReport, TellsWhereTheTimeWent) {
    EXPECT_THAT(report_lines(migrated()),
                ElementsAre("Time: migrating 2.0 s, verifying 0.5 s",
                            "Throttled for 3.0 s: lag r1:3306 3.0 s",
                            "Verified (full): 99 rows compared, all equal",
                            "Longest stall of the table: 300.0 ms, in 2 attempts to cut over"));
}

TEST(RunReport, DoesNotCallVerifiedWhatFailedOrWasNotCompared) {
    auto report = migrated();
    report.verify = migrator::Verify::kOff;
    EXPECT_THAT(report_lines(report), Not(Contains(HasSubstr("Verified"))));
    report = migrated();
    report.outcome = Outcome::kUntouched;
    EXPECT_THAT(report_lines(report), Not(Contains(HasSubstr("Verified"))));
}

TEST(RunReport, HasNoLinesForARunThatDidNothing) {
    EXPECT_THAT(report_lines(RunReport{}), IsEmpty());
}

TEST(RunReport, IsJson) {
    auto report = migrated();
    report.error = "caf\xe9 \"quoted\"";  // latin1, as a server may name things
    for (const bool one_line : {true, false}) {
        const std::string text = report_json(report, one_line);
        EXPECT_EQ(text.find('\n') == std::string::npos, one_line);
        const auto json = nlohmann::json::parse(text);
        EXPECT_EQ(json["outcome"], "migrated");
        EXPECT_EQ(json["table"], "orders");
        EXPECT_EQ(json["rows"]["verified"], 99);
        EXPECT_EQ(json["stages"][1]["stage"], "verifying");
        EXPECT_EQ(json["throttled"]["sources"].size(), 1U);
        EXPECT_EQ(json["cut_over"]["attempts"], 2);
        EXPECT_THAT(json["error"].get<std::string>(), HasSubstr("\"quoted\""));
    }
}

TEST(ReportFile, ReplacesAnOlderOneInOneStep) {
    const auto folder = std::filesystem::path(::testing::TempDir()) / "wisp-run-report";
    std::filesystem::remove_all(folder);
    std::filesystem::create_directory(folder);
    const std::string path = folder / "report.json";
    EXPECT_TRUE(check_report_file(path));
    EXPECT_TRUE(std::filesystem::is_empty(folder));  // a try leaves nothing
    EXPECT_TRUE(write_report(path, "{\"a\":1}"));
    EXPECT_TRUE(write_report(path, "{}"));
    std::ifstream file(path);
    std::string line;
    EXPECT_TRUE(std::getline(file, line));
    EXPECT_EQ(line, "{}");
    EXPECT_FALSE(std::filesystem::exists(path + ".part"));
    std::filesystem::remove_all(folder);
    EXPECT_THAT(check_report_file(path).error(), HasSubstr("No such file or directory"));
    EXPECT_THAT(write_report(path, "{}").error(), HasSubstr(path));
}

}  // namespace
}  // namespace wisp::cmd
