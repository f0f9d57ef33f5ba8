// SPDX-License-Identifier: Apache-2.0
// RoundTrip: what applications did to a table is written as SQL by the program itself, loaded by
// the server's own client into a copy of the starting data, and taken back again.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "binlog/position.h"
#include "tests/support/program.h"
#include "tests/support/test_server.h"

namespace wisp::test {

using Strings = std::vector<std::string>;

class RoundTrip : public ServerTest {
  protected:
    void SetUp() override;

    [[nodiscard]] mysql::Connection& connection() { return schema_->connection(); }
    [[nodiscard]] const std::string& schema() const { return schema_->name(); }
    [[nodiscard]] bool mysql_since(unsigned version);
    [[nodiscard]] bool mariadb_since(unsigned version);

    void run(const Strings& statements);
    /// The schema with these tables and rows only.
    void start_with(const Strings& setup);

    /// By table: rows as the server shows them, sorted, and CHECKSUM TABLE, which sees all bits.
    using Data = std::map<std::string, Strings>;
    [[nodiscard]] Data data();

    /// `wisp binlog WORDS` with the flags of this server.
    [[nodiscard]] ProgramRun wisp(Strings words);
    /// `wisp binlog WORDS` without a server. `input` as for run_program.
    [[nodiscard]] static ProgramRun wisp_offline(Strings words, const std::string& input = {});
    /// Loads a script with the server's command line client.
    void load(const std::string& script, const Strings& client_flags = {});

    /// Setup, work; then the work forward on a copy of the setup, and backward on both.
    void expect_round_trip(const Strings& setup, const Strings& work);
    /// The same where the log is read from the server's files and no server is asked for names;
    /// needs binlog_row_metadata=FULL.
    void expect_round_trip_of_files(const Strings& setup, const Strings& work);
    /// After work(): the flags that select it. The log is flushed, so that its file is complete.
    [[nodiscard]] Strings range_since(const binlog::Position& start);
    /// Paths of the server's binlog files from that one on; empty if they are not on this machine.
    [[nodiscard]] Strings files_since(const binlog::Position& start);

    Strings client_flags_;

  private:
    void expect_scripts_work(const Strings& setup, const Data& before, const Data& after,
                             const ProgramRun& forward, const ProgramRun& backward);

    std::optional<TmpSchema> schema_;
};

}  // namespace wisp::test
