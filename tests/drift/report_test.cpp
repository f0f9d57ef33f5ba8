// SPDX-License-Identifier: Apache-2.0
#include "drift/report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace wisp::drift {
namespace {

using ::testing::HasSubstr;

Report report() {
    TableFinding drifted;
    drifted.table = {"shop", "t"};
    drifted.replica = "r:1";
    drifted.finding = Finding::kDrifted;
    drifted.key_columns = {"k", "n"};
    drifted.rows = {{RowKind::kDiffers, {"_latin1 X'6162'", "7"}, {"a", "b"}},
                    {RowKind::kMissing, {"_latin1 X'00'", "8"}, {}}};
    TableFinding undecided;
    undecided.table = {"shop", "hot"};
    undecided.replica = "r:1";
    undecided.finding = Finding::kUndecided;
    undecided.moving_rows = 2;
    Report report;
    report.primary = "p:1";
    report.replicas = {"r:1"};
    report.tables = {drifted, undecided};
    return report;
}

TEST(Report, NamesRowsForPeople) {
    const auto text = report_text(report());
    EXPECT_THAT(text, HasSubstr("drifted `shop`.`t` on r:1: 2 rows are not the same\n"));
    EXPECT_THAT(text, HasSubstr("    (k='ab', n=7) differs in a, b\n"));
    EXPECT_THAT(text, HasSubstr("    (k=_latin1 X'00', n=8) is missing on the replica\n"));
    EXPECT_THAT(text, HasSubstr("undecided `shop`.`hot` on r:1: 2 rows were written"));
    EXPECT_THAT(text, HasSubstr("# 0 of 2 tables are equal"));
}

TEST(Report, DriftGoesBeforeDoubt) {
    auto all = report();
    EXPECT_EQ(all.finding(), Finding::kDrifted);
    all.tables.erase(all.tables.begin());
    EXPECT_EQ(all.finding(), Finding::kUndecided);
    all.tables.clear();
    EXPECT_EQ(all.finding(), Finding::kEqual);
}

TEST(Report, IsJsonForPrograms) {
    const auto json = nlohmann::json::parse(report_json(report()));
    EXPECT_EQ(json["finding"], "drifted");
    EXPECT_EQ(json["tables"][0]["rows"][0]["key"]["n"], "7");
    EXPECT_EQ(json["tables"][0]["rows"][1]["kind"], "missing");
    EXPECT_EQ(json["tables"][1]["moving_rows"], 2);
}

}  // namespace
}  // namespace wisp::drift
