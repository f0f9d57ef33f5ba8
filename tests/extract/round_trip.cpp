// SPDX-License-Identifier: Apache-2.0
#include "tests/extract/round_trip.h"

#include <algorithm>
#include <utility>

#include "sql/identifier.h"
#include "tests/db/binlog_reader.h"

namespace wisp::test {

namespace {

Strings flags_of(const mysql::Endpoint& endpoint) {
    return {"--host=" + endpoint.host, "--port=" + std::to_string(endpoint.port),
            "--user=" + endpoint.user};
}

void append(Strings& to, const Strings& more) {
    to.insert(to.end(), more.begin(), more.end());
}

std::string shown(const mysql::Row& row) {
    std::string text;
    for (std::size_t i = 0; i < row.size(); ++i)
        text += (i == 0 ? "" : " | ") + (row.is_null(i) ? std::string("NULL") : "'" + row.text(i));
    return text;
}

}  // namespace

void RoundTrip::SetUp() {
    ServerTest::SetUp();
    if (IsSkipped()) return;
    schema_.emplace(server().primary);
    connection().execute("SET SESSION sql_mode = 'NO_ENGINE_SUBSTITUTION', time_zone = '+05:30'");
    run({"USE " + schema()});
}

bool RoundTrip::mysql_since(unsigned version) {
    const auto& info = connection().server();
    return !info.mariadb() && info.version >= version;
}

bool RoundTrip::mariadb_since(unsigned version) {
    const auto& info = connection().server();
    return info.mariadb() && info.version >= version;
}

void RoundTrip::run(const Strings& statements) {
    for (const auto& statement : statements) connection().execute(statement);
}

void RoundTrip::start_with(const Strings& setup) {
    run({"SET foreign_key_checks = 0", "DROP DATABASE " + schema(), "CREATE DATABASE " + schema(),
         "USE " + schema(), "SET foreign_key_checks = 1"});
    run(setup);
}

RoundTrip::Data RoundTrip::data() {
    Data data;
    // Bytes as they are stored, not as letters of the session.
    run({"SET character_set_results = NULL"});
    for (const auto& table : connection().query("SHOW TABLES")) {
        const std::string name = sql::quote(table.text(0));
        auto& rows = data[name];
        for (const auto& row : connection().query("SELECT * FROM " + name))
            rows.push_back(shown(row));
        std::sort(rows.begin(), rows.end());
        rows.push_back("checksum " + connection().query("CHECKSUM TABLE " + name)[0].text(1));
    }
    run({"SET character_set_results = utf8mb4"});
    return data;
}

ProgramRun RoundTrip::wisp(Strings words) {
    words.insert(words.begin(), {WISP_PROGRAM, "binlog"});
    append(words, flags_of(server().primary));
    return run_program(words, {}, {{"WISP_PASSWORD", server().primary.password}});
}

ProgramRun RoundTrip::wisp_offline(Strings words, const std::string& input) {
    words.insert(words.begin(), {WISP_PROGRAM, "binlog"});
    return run_program(words, input);
}

void RoundTrip::load(const std::string& script, const Strings& client_flags) {
    const TmpFolder folder;
    write_file(folder.file("script.sql"), script);
    Strings words{server().env.at("WISP_CLIENT"), "--no-defaults"};
    append(words, flags_of(server().primary));
    append(words, client_flags);
    const auto loaded =
        run_program(words, folder.file("script.sql"), {{"MYSQL_PWD", server().primary.password}});
    EXPECT_EQ(loaded.exit_code, 0) << loaded.err.substr(0, 1000) << "\n" << script.substr(0, 3000);
}

Strings RoundTrip::range_since(const binlog::Position& start) {
    return {"--quiet", "--database=" + schema(), "--start-position=" + start.text(),
            "--stop-position=" + binlog_end(connection()).text()};
}

Strings RoundTrip::files_since(const binlog::Position& start) {
    const auto folder = server().env.find("WISP_INSTANCE_DIR");
    if (folder == server().env.end() || folder->second.empty()) return {};
    Strings files;
    for (const auto& row : connection().query("SHOW BINARY LOGS"))
        if (row.text(0) >= start.file)
            files.push_back(folder->second + "/primary/data/" + row.text(0));
    return files;
}

void RoundTrip::expect_round_trip(const Strings& setup, const Strings& work) {
    start_with(setup);
    const auto before = data();
    const auto start = binlog_end(connection());
    run(work);
    const auto after = data();
    Strings range = range_since(start);
    range.insert(range.begin(), "sql");
    const auto forward = wisp(range);
    range.front() = "rollback";
    expect_scripts_work(setup, before, after, forward, wisp(range));
}

void RoundTrip::expect_round_trip_of_files(const Strings& setup, const Strings& work) {
    start_with(setup);
    const auto before = data();
    const auto start = binlog_end(connection());
    run(work);
    const auto after = data();
    Strings range = range_since(start);
    append(range, files_since(start));
    range.insert(range.begin(), "sql");
    const auto forward = wisp_offline(range);
    range.front() = "rollback";
    expect_scripts_work(setup, before, after, forward, wisp_offline(range));
}

void RoundTrip::expect_scripts_work(const Strings& setup, const Data& before, const Data& after,
                                    const ProgramRun& forward, const ProgramRun& backward) {
    ASSERT_NE(before, after);
    ASSERT_EQ(forward.exit_code, 0) << forward.err;
    ASSERT_EQ(backward.exit_code, 0) << backward.err;
    EXPECT_EQ(forward.err + backward.err, "");
    load(backward.out, client_flags_);
    ASSERT_EQ(data(), before) << backward.out.substr(0, 5000);
    start_with(setup);
    ASSERT_EQ(data(), before) << "the setup is not the same each time";
    load(forward.out, client_flags_);
    ASSERT_EQ(data(), after) << forward.out.substr(0, 5000);
    load(backward.out, client_flags_);
    ASSERT_EQ(data(), before) << backward.out.substr(0, 5000);
}

}  // namespace wisp::test
