// SPDX-License-Identifier: Apache-2.0
// wisp rebuild of the table t1 on a pair of servers: begun, held at a fault point, and what must be
// so afterwards.
#pragma once

#include <gmock/gmock.h>

#include <chrono>
#include <filesystem>
#include <future>
#include <string>
#include <utility>
#include <vector>

#include "replica/ignore_filter.h"
#include "tests/db/repair_scene.h"

namespace wisp::test {

constexpr const char* kGhost = "_t1_gho";
constexpr const char* kOld = "_t1_drifted";
constexpr const char* kNotes = "_t1_ghk";

class RebuildScene : public RepairScene {
  protected:
    [[nodiscard]] ProgramRun rebuild(std::vector<std::string> flags = {},
                                     const std::string& fault = {}) const {
        flags.insert(flags.end(),
                     {"--table=t1", "--execute", "--watch-seconds=60", "--ok-to-drop-table"});
        return run_wisp("rebuild", flags, fault);
    }
    /// Begins a rebuild and returns when it stands at the fault point, until go_on().
    void begin(const std::string& point, std::vector<std::string> flags = {}) {
        beside_ = std::async(std::launch::async, [this, point, flags = std::move(flags)] {
            return rebuild(flags, point + ":wait:" + barrier());
        });
        await(
            [&] {
                return std::filesystem::exists(barrier()) ||
                       beside_.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
            },
            "the rebuild comes to the fault point");
        if (!std::filesystem::exists(barrier())) FAIL() << beside_.get().err;
    }
    ProgramRun go_on() {
        std::filesystem::remove(barrier());
        return beside_.get();
    }
    void TearDown() override {
        std::filesystem::remove(barrier());
        if (beside_.valid()) beside_.wait();
    }
    [[nodiscard]] std::string barrier() const { return folder_.file("barrier"); }
    [[nodiscard]] std::string ignored() const { return replica::ignored_tables(status()); }
    void expect_equal() {
        catch_up();
        EXPECT_THAT(verify(), ::testing::IsEmpty());
        EXPECT_EQ(ignored(), "");
        EXPECT_TRUE(runs());
        EXPECT_FALSE(replica_has(kGhost));
        expect_as_before();
    }
    /// A row is missing on the replica, which stops at the primary's change of it.
    void break_replication() {
        on_replica("DELETE FROM ", " WHERE id = 5");
        primary().execute("UPDATE " + table_ + " SET v = 'later' WHERE id = 5");
        await([&] { return status().sql_error != 0 && !runs(); }, "replication breaks");
    }
    [[nodiscard]] bool knows_super_read_only() const {
        return !replica().server().mariadb() && replica().server().has_data_dictionary();
    }
    [[nodiscard]] std::string read_only() const {
        return replica().scalar("SELECT @@global.super_read_only").value_or("");
    }
    void make_broken_and_read_only() {
        make(30);
        break_replication();
        replica().execute("SET GLOBAL super_read_only = ON");
    }
    /// By a rebuild with these flags. The replica is then as other tests expect it.
    void expect_mended_and_read_only(const std::vector<std::string>& flags = {}) {
        const auto mended = rebuild(flags);
        EXPECT_EQ(mended.exit_code, 0) << mended.out << mended.err;
        EXPECT_EQ(read_only(), "1");
        replica().execute("SET GLOBAL super_read_only = OFF");
        replica().execute("SET GLOBAL read_only = OFF");
        expect_equal();
    }
    [[nodiscard]] bool filters_can_change() const { return replica().server().changes_filters(); }

    TmpFolder folder_;
    std::future<ProgramRun> beside_;
};

}  // namespace wisp::test

/// What does not hang on the version: one server of each family.
#define WISP_FOR_EACH_FAMILY(Fixture)                                               \
    INSTANTIATE_TEST_SUITE_P(Server, Fixture,                                       \
                             ::testing::Values("mysql97", "mariadb1011", "custom"), \
                             ::wisp::test::server_param_name)
