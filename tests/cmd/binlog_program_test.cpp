// SPDX-License-Identifier: Apache-2.0
// wisp binlog as a program, as far as it needs no server: wrong words, help, a full disk.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "tests/support/program.h"

namespace wisp::cmd {
namespace {

using Strings = std::vector<std::string>;
using ::testing::HasSubstr;

TEST(BinlogProgram, WrongWordsEndWithTwo) {
    const auto says = [](const Strings& words, const std::string& what) {
        Strings all{WISP_PROGRAM, "binlog"};
        all.insert(all.end(), words.begin(), words.end());
        const auto run = test::run_program(all);
        EXPECT_EQ(run.exit_code, 2) << what;
        EXPECT_THAT(run.err, HasSubstr(what));
        EXPECT_EQ(run.out, "");
    };
    says({}, "sql, rollback, stats or locate");
    says({"undo", "x"}, "\"undo\" is none of");
    says({"sql"}, "name binlog files, or a server");
    says({"sql", "x", "--nosuch"}, "unknown flag --nosuch");
    says({"sql", "x", "--kind=truncate"}, "\"truncate\" is none of");
    says({"sql", "x", "--per-table"}, "--per-table needs --dir");
    says({"rollback", "x", "--ddl"}, "DDL cannot be taken back");
    says({"locate", "x"}, "locate needs");
    says({"sql", "x", "--start-datetime=yesterday"}, "--start-datetime: ");
    says({"sql", "x", "--stop-datetime=yesterday"}, "is no time");
    says({"sql", "x", "--gtids=abc"}, "--gtids");
    says({"sql", "x", "y", "--start-position=4"}, "FILE:POS");
    says({"sql", "x", "--start-position=a:b"}, "is no position");
    says({"stats", "x", "--top=many"}, "no whole number");
}

TEST(BinlogProgram, HelpNamesEveryCommand) {
    const auto run = test::run_program({WISP_PROGRAM, "binlog", "--help"});
    EXPECT_EQ(run.exit_code, 0);
    for (const auto* word : {"sql", "rollback", "stats", "locate", "--per-table", "--gtids"})
        EXPECT_THAT(run.out, HasSubstr(word));
}

TEST(BinlogProgram, AFullDiskIsAnError) {
    if (std::system("test -w /dev/full") != 0) GTEST_SKIP() << "no /dev/full";
    const auto run = test::run_program(
        {"sh", "-c", std::string(WISP_PROGRAM) + " binlog stats /dev/null >/dev/full"});
    EXPECT_EQ(run.exit_code, 1);
    EXPECT_NE(run.err, "");
}

}  // namespace
}  // namespace wisp::cmd
