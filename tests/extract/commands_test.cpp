// SPDX-License-Identifier: Apache-2.0
// The program itself: exit codes, what it says of bad input, standard input, several files, folders
// and one file a table, statistics, and where GTIDs and positions lie.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "tests/db/binlog_reader.h"
#include "tests/db/late_sync.h"
#include "tests/extract/round_trip.h"

namespace wisp::extract {
namespace {

using test::Strings;
using ::testing::HasSubstr;
using ::testing::Not;

class BinlogCommands : public test::RoundTrip {
  protected:
    void SetUp() override {
        test::RoundTrip::SetUp();
        if (IsSkipped()) return;
        start_with({"CREATE TABLE a (id INT PRIMARY KEY, v TEXT) ENGINE=InnoDB",
                    "CREATE TABLE b (id INT PRIMARY KEY, v TEXT) ENGINE=InnoDB"});
        start_ = test::binlog_end(connection());
    }
    /// The given words with this test's part of the log.
    [[nodiscard]] test::ProgramRun on_range(Strings words) {
        const auto range = range_since(start_);
        words.insert(words.end(), range.begin(), range.end());
        return wisp(words);
    }
    [[nodiscard]] nlohmann::json json(Strings words) {
        words.emplace_back("--json");
        const auto run = on_range(words);
        EXPECT_EQ(run.exit_code, 0) << run.err;
        return nlohmann::json::parse(run.out);
    }
    /// Skips where the server's files are not on this machine.
    [[nodiscard]] Strings files() { return files_since(start_); }

    binlog::Position start_;
};
WISP_FOR_EACH_SERVER(BinlogCommands);

const Strings kWork{"INSERT INTO a VALUES (1, 'x'), (2, 'y')", "INSERT INTO b VALUES (1, 'z')",
                    "UPDATE a SET v = 'w' WHERE id = 1", "DELETE FROM b"};

TEST_P(BinlogCommands, FiltersSelectTablesAndKinds) {
    run(kWork);
    const auto table = on_range({"sql", "--table=a"});
    EXPECT_THAT(table.out, HasSubstr("`.`a`"));
    EXPECT_THAT(table.out, Not(HasSubstr("`.`b`")));
    const auto kind = on_range({"sql", "--kind=delete,update"});
    EXPECT_THAT(kind.out, Not(HasSubstr("INSERT INTO")));
    EXPECT_THAT(kind.out, HasSubstr("UPDATE `"));
    EXPECT_THAT(kind.out, HasSubstr("DELETE FROM `"));
    const auto none = wisp({"sql", "--table=nosuch.table", "--start-position=" + start_.text()});
    EXPECT_EQ(none.exit_code, 0);
    EXPECT_THAT(none.err, HasSubstr("no row change in this range matches"));
}

TEST_P(BinlogCommands, PositionsThatTheLogDoesNotHaveAreNotPassedOver) {
    run(kWork);
    const auto end = test::binlog_end(connection());
    const auto behind = fmt::format("{}:{}", end.file, end.offset + 1'000);
    const auto start = wisp({"rollback", "--start-position=" + behind});
    EXPECT_EQ(start.exit_code, 1);
    EXPECT_THAT(start.err, HasSubstr("lies behind the end of"));
    const auto turned =
        wisp({"sql", "--start-position=" + end.text(), "--stop-position=" + start_.text()});
    EXPECT_EQ(turned.exit_code, 1);
    EXPECT_THAT(turned.err, HasSubstr("lies before the start"));
    const auto stop =
        wisp({"sql", "--start-position=" + start_.text(), "--stop-position=" + behind});
    EXPECT_EQ(stop.exit_code, 0) << stop.err;
    EXPECT_THAT(stop.err, HasSubstr("the binlog ends at"));
    EXPECT_THAT(stop.out, HasSubstr("DELETE FROM"));
}

/// The server tells a stop position that it does not send yet.
TEST_P(BinlogCommands, WhatIsWrittenAndNotYetSyncedIsWaitedFor) {
    if (!test::LateSync::can_be_had(connection())) GTEST_SKIP() << "only what is synced is told";
    test::LateSync late(connection());
    const auto told = late.write("INSERT INTO " + schema() + ".a VALUES (1, 'late')");
    const auto to =
        wisp({"sql", "--start-position=" + start_.text(), "--stop-position=" + told.text()});
    EXPECT_THAT(to.out, HasSubstr("'late'")) << to.err;
}

TEST_P(BinlogCommands, TimesSelectTransactions) {
    run({"SET timestamp = 1893456030", "INSERT INTO a VALUES (1, 'early')",
         "SET timestamp = 1893456090", "INSERT INTO a VALUES (2, 'late')", "SET timestamp = 0"});
    const auto early = on_range({"sql", "--stop-datetime=2030-01-01 00:01:00"});
    EXPECT_THAT(early.out, HasSubstr("early"));
    EXPECT_THAT(early.out, Not(HasSubstr("late")));
    const auto late = on_range({"sql", "--start-datetime=2030-01-01 02:01:00+02:00"});
    EXPECT_THAT(late.out, HasSubstr("late"));
    EXPECT_THAT(late.out, Not(HasSubstr("early")));
    const auto stats = json({"stats", "--interval=60"});
    ASSERT_EQ(stats["tables"].size(), 2U);
    EXPECT_EQ(stats["tables"][0]["from"], "2030-01-01 00:00:00 UTC");
    EXPECT_EQ(stats["tables"][0]["inserts"], 1);
}

TEST_P(BinlogCommands, StatsCountRowsAndNameTransactions) {
    run(kWork);
    run({"BEGIN", "INSERT INTO a VALUES (10, REPEAT('x', 5000))", "INSERT INTO b VALUES (10, 'x')",
         "SAVEPOINT s", "DELETE FROM a", "ROLLBACK TO s", "COMMIT"});
    const auto stats = json({"stats", "--top=1"});
    ASSERT_EQ(stats["tables"].size(), 2U);
    EXPECT_EQ(stats["tables"][0]["table"], "`" + schema() + "`.`a`");
    EXPECT_EQ(stats["tables"][0]["inserts"], 3);
    EXPECT_EQ(stats["tables"][0]["updates"], 1);
    EXPECT_EQ(stats["tables"][0]["deletes"], 0);
    EXPECT_EQ(stats["tables"][0]["transactions"], 3);
    EXPECT_EQ(stats["tables"][1]["deletes"], 1);
    EXPECT_EQ(stats["total"]["transactions"], 5);
    ASSERT_EQ(stats["largest"].size(), 1U);
    EXPECT_EQ(stats["largest"][0]["rows"], 2);
    EXPECT_GT(stats["largest"][0]["bytes"], 5000);
    const auto text = on_range({"stats"});
    EXPECT_THAT(text.out, HasSubstr("largest transactions"));
}

TEST_P(BinlogCommands, LocateFindsPositionsAndGtids) {
    run(kWork);
    const auto end = test::binlog_end(connection());
    const auto first = json({"locate", "--position=" + start_.text()});
    ASSERT_EQ(first.size(), 1U);
    EXPECT_EQ(first[0]["start"], start_.text());
    const auto last =
        wisp({"locate", "--json", fmt::format("--position={}:{}", end.file, end.offset - 1)});
    ASSERT_EQ(last.exit_code, 0) << last.err;
    const auto found = nlohmann::json::parse(last.out);
    EXPECT_EQ(found[0]["end"], end.text());
    const std::string last_event = found[0]["last_event"];
    EXPECT_LT(std::stoull(last_event.substr(last_event.rfind(':') + 1)), end.offset);
    const std::string gtid = found[0]["gtid"];
    if (gtid.empty()) return;
    const auto by_gtid = wisp({"locate", "--json", "--gtids=" + gtid});
    ASSERT_EQ(by_gtid.exit_code, 0) << by_gtid.err;
    EXPECT_EQ(nlohmann::json::parse(by_gtid.out), found);
    const auto only = on_range({"sql", "--gtids=" + gtid});
    EXPECT_THAT(only.out, HasSubstr("DELETE FROM"));
    EXPECT_THAT(only.out, Not(HasSubstr("INSERT INTO")));
    EXPECT_THAT(on_range({"sql", "--exclude-gtids=" + gtid}).out, Not(HasSubstr("DELETE FROM")));
}

TEST_P(BinlogCommands, LocateSaysWhatItDidNotFind) {
    const auto run = wisp({"locate", "--position=" + start_.file + ":1"});
    EXPECT_EQ(run.exit_code, 1);
    EXPECT_THAT(run.err, HasSubstr("not found"));
}

TEST_P(BinlogCommands, FoldersHoldAFileATable) {
    run(kWork);
    const test::TmpFolder folder;
    const std::string dir = "--dir=" + folder.file("out");
    const auto one = on_range({"rollback", "--dir=" + folder.file("one")});
    EXPECT_EQ(one.exit_code, 0) << one.err;
    EXPECT_EQ(one.out, "");
    EXPECT_THAT(test::read_file(folder.file("one/rollback.sql")), HasSubstr("-- complete"));
    const auto many = on_range({"sql", dir, "--per-table"});
    EXPECT_EQ(many.exit_code, 0) << many.err;
    const auto a = test::read_file(folder.file("out/" + schema() + ".a.sql"));
    EXPECT_THAT(a, HasSubstr("`.`a`"));
    EXPECT_THAT(a, Not(HasSubstr("`.`b`")));
    const auto after = data();
    run({"DELETE FROM a"});
    load(a);
    EXPECT_EQ(data(), after);
    const auto again = on_range({"sql", dir, "--per-table"});
    EXPECT_EQ(again.exit_code, 1);
    EXPECT_THAT(again.err, HasSubstr("exists"));
}

TEST_P(BinlogCommands, DdlIsWrittenOnRequest) {
    run({"INSERT INTO a VALUES (1, 'x')", "ALTER TABLE a ADD COLUMN extra INT DEFAULT 3",
         "CREATE TRIGGER tr BEFORE INSERT ON b FOR EACH ROW BEGIN SET NEW.v = 'a;b'; SET NEW.id = "
         "NEW.id + 1; END"});
    const auto range = range_since(start_);
    run({"ALTER TABLE a DROP COLUMN extra"});  // names of the rows that were logged before it
    Strings words{"sql", "--ddl", "--table=a,b"};
    words.insert(words.end(), range.begin(), range.end());
    const auto sql = wisp(words);
    EXPECT_EQ(sql.exit_code, 0) << sql.err;
    run({"DROP TRIGGER tr", "DELETE FROM a"});
    load(sql.out);
    EXPECT_EQ(connection().scalar("SELECT extra FROM a"), "3");
    run({"INSERT INTO b VALUES (1, 'x')"});
    EXPECT_EQ(connection().scalar("SELECT CONCAT(id, v) FROM b"), "2a;b");
    words = {"rollback", "--table=a,b"};
    words.insert(words.end(), range.begin(), range.end());
    run({"ALTER TABLE a DROP COLUMN extra"});
    const auto back = wisp(words);
    EXPECT_THAT(back.err, HasSubstr("DDL cannot be taken back"));
    EXPECT_THAT(back.out, HasSubstr("NOT taken back"));
}

TEST_P(BinlogCommands, StatementsInTheLogAreWarnedOf) {
    run({"SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ", "SET binlog_format = STATEMENT",
         "INSERT INTO a VALUES (1, 'text')", "SET binlog_format = ROW"});
    const auto sql = on_range({"sql"});
    EXPECT_EQ(sql.exit_code, 0);
    EXPECT_THAT(sql.err, HasSubstr("logged as text"));
    EXPECT_THAT(on_range({"rollback"}).err, HasSubstr("CANNOT be taken back"));
}

TEST_P(BinlogCommands, AlteredTablesAreRefused) {
    run({"INSERT INTO a VALUES (1, 'x')", "ALTER TABLE a ADD COLUMN extra INT"});
    const auto sql = on_range({"sql", "--table=a"});
    EXPECT_EQ(sql.exit_code, 1);
    EXPECT_THAT(sql.err, HasSubstr("has been altered since these rows were logged"));
    EXPECT_EQ(sql.out.find("-- complete"), std::string::npos);
}

TEST_P(BinlogCommands, FilesAndStandardInputGiveTheSame) {
    run(kWork);
    run({"FLUSH BINARY LOGS", "INSERT INTO a VALUES (9, 'next file')"});
    const auto paths = files();
    if (paths.empty()) GTEST_SKIP() << "the server's files are not on this machine";
    ASSERT_GE(paths.size(), 2U);
    Strings words = {"stats", "--json", "--quiet", "--database=" + schema()};
    words.insert(words.end(), paths.begin(), paths.end());
    const auto both = wisp_offline(words);
    ASSERT_EQ(both.exit_code, 0) << both.err;
    const auto stats = nlohmann::json::parse(both.out);
    EXPECT_EQ(stats["total"]["inserts"], 4);
    EXPECT_EQ(stats["total"]["transactions"], 5);
    const Strings one{"stats", "--json", "--quiet", "--database=" + schema(), paths[0]};
    Strings stdin_words = one;
    stdin_words.back() = "-";
    const auto from_file = wisp_offline(one);
    const auto from_stdin = wisp_offline(stdin_words, paths[0]);
    ASSERT_EQ(from_stdin.exit_code, 0) << from_stdin.err;
    auto a = nlohmann::json::parse(from_file.out);
    auto b = nlohmann::json::parse(from_stdin.out);
    EXPECT_EQ(a["tables"], b["tables"]);
    EXPECT_EQ(a["total"]["inserts"], 3);
}

TEST_P(BinlogCommands, EveryWayToAlterAColumnIsNoticedWhereNamesAreNotLogged) {
    run(
        {"CREATE TABLE k (v VARCHAR(9), n INT NOT NULL, d DECIMAL(9,2), t DATETIME(3), b BIT(9),"
         " x TEXT, y VARBINARY(9), e ENUM('p','q'), s SET('p','q'))",
         "INSERT INTO k VALUES ('a', 1, 2, '2020-01-01', b'1', 'x', 'y', 'p', 'q')"});
    const auto range = range_since(start_);
    const auto sql = [&] {
        Strings words{"sql", "--table=k"};
        words.insert(words.end(), range.begin(), range.end());
        return wisp(words);
    };
    const auto unaltered = sql();
    EXPECT_EQ(unaltered.exit_code, 0) << unaltered.err;
    const std::string members = [] {
        std::string list;
        for (int i = 0; i < 300; ++i) list += fmt::format("{}'m{}'", i == 0 ? "" : ",", i);
        return list;
    }();
    const Strings changes{"v VARCHAR(10)",
                          "v VARCHAR(9) NOT NULL",
                          "n BIGINT NOT NULL",
                          "n INT",
                          "d DECIMAL(9,3)",
                          "t DATETIME(4)",
                          "b BIT(10)",
                          "x MEDIUMTEXT",
                          "y VARBINARY(10)",
                          fmt::format("e ENUM({})", members),
                          "s SET('p','q','1','2','3','4','5','6','7')"};
    for (const auto& change : changes) {
        run({"CREATE TABLE kept LIKE k", "INSERT INTO kept SELECT * FROM k",
             "ALTER TABLE k MODIFY " + change});
        const auto altered = sql();
        EXPECT_EQ(altered.exit_code, 1) << change;
        EXPECT_THAT(altered.err, HasSubstr("has been altered since these rows were logged"))
            << change;
        run({"DROP TABLE k", "RENAME TABLE kept TO k"});
    }
    EXPECT_EQ(sql().exit_code, 0);
}

TEST_P(BinlogCommands, NamesThatMayBeOtherOnesAreWarnedOf) {
    run({"INSERT INTO a VALUES (1, 'x')", "ALTER TABLE a CHANGE v w TEXT"});
    const auto sql = on_range({"sql", "--table=a"});
    EXPECT_EQ(sql.exit_code, 0) << sql.err;
    EXPECT_THAT(sql.err, HasSubstr("bear the names that the server has now"));
    const auto first = sql.err.find("bear the names");
    EXPECT_EQ(sql.err.find("bear the names", first + 1), std::string::npos);
}

TEST_P(BinlogCommands, BadFilesAreRefused) {
    const test::TmpFolder folder;
    test::write_file(folder.file("text"), "this is no binlog at all, only text\n");
    const auto text = wisp_offline({"stats", folder.file("text")});
    EXPECT_EQ(text.exit_code, 1);
    EXPECT_THAT(text.err, HasSubstr("text"));
    const auto missing = wisp_offline({"sql", folder.file("missing")});
    EXPECT_EQ(missing.exit_code, 1);
    EXPECT_THAT(missing.err, HasSubstr("missing"));
    const auto paths = files();
    if (paths.empty()) return;
    run(kWork);
    auto bytes = test::read_file(paths[0]);
    test::write_file(folder.file("cut"), bytes.substr(0, bytes.size() - 5));
    const auto cut = wisp_offline({"stats", folder.file("cut")});
    EXPECT_EQ(cut.exit_code, 0);
    EXPECT_THAT(cut.err, HasSubstr("everything before that was read"));
    bytes[bytes.size() - 6] = static_cast<char>(bytes[bytes.size() - 6] ^ 1);
    test::write_file(folder.file("damaged"), bytes);
    const auto damaged = wisp_offline({"stats", folder.file("damaged")});
    EXPECT_EQ(damaged.exit_code, 1);
    EXPECT_THAT(damaged.err, HasSubstr("checksum"));
}

TEST_P(BinlogCommands, NamesThatNobodyKnowsAreAskedFor) {
    run(kWork);
    const auto paths = files();
    if (paths.empty()) GTEST_SKIP() << "the server's files are not on this machine";
    const auto sql = wisp_offline({"sql", "--database=" + schema(), paths[0]});
    EXPECT_EQ(sql.exit_code, 1);
    EXPECT_THAT(sql.err, HasSubstr("the log does not name the columns"));
    EXPECT_THAT(sql.err, HasSubstr("binlog_row_metadata=FULL"));
}

}  // namespace
}  // namespace wisp::extract
