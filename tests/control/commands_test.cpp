// SPDX-License-Identifier: Apache-2.0
#include "control/commands.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>

#include "migrator/refusal.h"
#include "tests/control/scene.h"
#include "tests/support/program.h"

namespace wisp::control {
namespace {

using std::chrono::milliseconds;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

TEST(ReadRequest, SplitsAtTheFirstEqualsSignAndTrims) {
    const auto request = read_request(" max-load = Threads_running=25 \r");
    EXPECT_EQ(request.verb, "max-load");
    EXPECT_EQ(request.argument, "Threads_running=25");
    EXPECT_EQ(read_request("status").argument, std::nullopt);
    EXPECT_EQ(read_request("throttle=").argument, "");
}

TEST(ReadRequest, TakesQuotesOffAsGhostDoes) {
    EXPECT_EQ(read_request("throttle-query=\"select 1\"").argument, "select 1");
    EXPECT_EQ(read_request("throttle-query=`select 1`").argument, "select 1");
    EXPECT_EQ(read_request(R"(x="a\"b\\c")").argument, R"(a"b\c)");
    // A single quote is no quote there, and two strings are not one.
    EXPECT_EQ(read_request("x='a'").argument, "'a'");
    EXPECT_EQ(read_request(R"(x="a" or "b")").argument, R"("a" or "b")");
    EXPECT_EQ(read_request("x=\"").argument, "\"");
}

TEST(Commands, HaveDifferentNames) {
    std::set<std::string> seen;
    for (const auto& command : commands()) {
        for (const auto& name : command.names) EXPECT_TRUE(seen.insert(name).second) << name;
        EXPECT_THAT(help_text(), HasSubstr(command.names.front()));
    }
    // Those of gh-ost, with their aliases.
    for (const char* name : {"help",           "status",
                             "info",           "sup",
                             "coordinates",    "applier",
                             "inspector",      "cpu-profile",
                             "chunk-size",     "dml-batch-size",
                             "max-lag-millis", "max-load",
                             "critical-load",  "replication-lag-query",
                             "throttle",       "pause",
                             "suspend",        "no-throttle",
                             "unthrottle",     "resume",
                             "continue",       "postpone-cut-over-flag-file",
                             "unpostpone",     "no-postpone",
                             "cut-over",       "panic",
                             "nice-ratio",     "throttle-query",
                             "throttle-http",  "throttle-control-replicas"}) {
        EXPECT_TRUE(seen.contains(name)) << name;
    }
}

TEST(Commands, StatusIsHintsAndStatusLineAndIsEchoed) {
    Scene scene;
    scene.console.set_serving({"/tmp/x.sock", "127.0.0.1:4000"});
    const std::string status = scene.ask("status");
    EXPECT_THAT(status, StartsWith("# Migrating `shop`.`orders`; Ghost table is"));
    EXPECT_THAT(status, AllOf(HasSubstr("# chunk-size: "), HasSubstr("max-lag-millis: 1500ms"),
                              HasSubstr("# Serving on unix socket: /tmp/x.sock\n"),
                              HasSubstr("# Serving on TCP port: 4000\n"), HasSubstr("\nCopy: 0/")));
    EXPECT_EQ(scene.echoed, status);
    EXPECT_THAT(scene.ask("info"), StartsWith(status.substr(0, status.find("\nCopy: "))));
    EXPECT_THAT(scene.ask("sup"), StartsWith("Copy: 0/"));
}

TEST(Commands, StatusShowsWhichFlagFilesAreThere) {
    const test::TmpFolder folder;
    auto options = Scene::plain_options();
    options.knobs->write([&](throttle::Knobs& knobs) {
        knobs.flag_file = folder.file("here");
        knobs.additional_flag_file = folder.file("not");
    });
    test::write_file(folder.file("here"), "");
    Scene scene(options);
    EXPECT_THAT(scene.ask("status"),
                AllOf(HasSubstr("# throttle-flag-file: " + folder.file("here") + " [set]\n"),
                      HasSubstr("# throttle-additional-flag-file: " + folder.file("not") + "\n"),
                      Not(HasSubstr("panic-flag-file"))));
}

TEST(Commands, StatusJsonIsOneLineOfJson) {
    Scene scene;
    scene.controls.watch([] {
        migrator::ProgressSnapshot s;
        s.stage = migrator::Stage::kCopying;
        s.rows_copied = 50;
        s.rows_estimated = 100;
        s.eta_seconds = 5;
        s.throttle = "command: commanded by user";
        return s;
    });
    const std::string text = scene.ask("status-json");
    EXPECT_EQ(text.find('\n'), text.size() - 1);
    const auto json = nlohmann::json::parse(text);
    EXPECT_EQ(json.at("table"), "orders");
    EXPECT_EQ(json.at("rows_copied"), 50);
    EXPECT_EQ(json.at("percent"), 50.0);
    EXPECT_EQ(json.at("eta_seconds"), 5.0);
    EXPECT_EQ(json.at("throttled"), true);
    scene.controls.watch(nullptr);
    EXPECT_EQ(nlohmann::json::parse(scene.ask("status-json")).at("rows_copied"), 50)
        << "what was true last stays";
}

TEST(Commands, AnUnknownEtaIsNullInJson) {
    Scene scene;
    EXPECT_TRUE(nlohmann::json::parse(scene.ask("status-json")).at("eta_seconds").is_null());
}

TEST(Commands, ChunkSizeIsAskedSetAndKeptWithinBounds) {
    Scene scene;
    EXPECT_THAT(scene.ask("chunk-size=500"), HasSubstr("# chunk-size: 500;"));
    EXPECT_EQ(scene.controls.dials.chunk_rows, 500U);
    EXPECT_EQ(scene.ask("chunk-size=?"), "500\n");
    scene.ask("chunk-size=1");
    EXPECT_EQ(scene.controls.dials.chunk_rows, 10U);
    scene.ask("chunk-size=1000000");
    EXPECT_EQ(scene.controls.dials.chunk_rows, 100'000U);
    EXPECT_THAT(scene.ask("chunk-size=many"), HasSubstr("\"many\" is no whole number"));
    EXPECT_EQ(scene.controls.dials.chunk_rows, 100'000U);
    scene.ask("chunk-size=auto");
    EXPECT_EQ(scene.controls.dials.chunk_rows, 0U);
}

TEST(Commands, DmlBatchSizeIsAskedAndSet) {
    Scene scene;
    scene.ask("dml-batch-size=20");
    EXPECT_EQ(scene.controls.dials.batch_rows, 20U);
    EXPECT_EQ(scene.ask("dml-batch-size=?"), "20\n");
}

TEST(Commands, LagAndLoadLimitsAreAskedSetAndReplacedWhole) {
    Scene scene;
    scene.ask("max-lag-millis=50");
    EXPECT_EQ(scene.controls.knobs->copy().max_lag, milliseconds(100));
    EXPECT_EQ(scene.ask("max-lag-millis=?"), "100\n");
    scene.ask("max-load=Threads_running=25,Threads_connected=500");
    EXPECT_EQ(scene.ask("max-load=?"), "Threads_running=25,Threads_connected=500\n");
    scene.ask("max-load=Threads_running=9");
    EXPECT_EQ(scene.ask("max-load=?"), "Threads_running=9\n");
    EXPECT_FALSE(scene.console.answer("critical-load=Threads_running").ok);
    scene.ask("critical-load=Threads_running=99");
    EXPECT_EQ(scene.ask("critical-load=?"), "Threads_running=99\n");
}

TEST(Commands, WhatElseThrottlesIsAskedSetAndTakenAway) {
    Scene scene;
    EXPECT_THAT(scene.ask("nice-ratio=0.5"), HasSubstr("; nice-ratio: 0.500000\n"));
    EXPECT_EQ(scene.ask("nice-ratio=?"), "0.5\n");
    EXPECT_FALSE(scene.console.answer("nice-ratio=500").ok);
    EXPECT_THAT(scene.ask("throttle-query=\"select 1\""),
                AllOf(StartsWith("Note:"), HasSubstr("# throttle-query: select 1\n")));
    EXPECT_THAT(scene.ask("throttle-query="), Not(HasSubstr("# throttle-query")));
    scene.ask("throttle-http=http://localhost/");
    EXPECT_EQ(scene.ask("throttle-http=?"), "http://localhost/\n");
    EXPECT_THAT(scene.ask("throttle-control-replicas=db2,db3:3307"),
                HasSubstr("# throttle-control-replicas count: 2\n"));
    EXPECT_THAT(scene.ask("throttle-control-replicas=db2,db3:3307"),
                StartsWith("db2:3306,db3:3307\n# Migrating"));
    EXPECT_EQ(scene.ask("throttle-control-replicas=?"), "db2:3306,db3:3307\n");
    EXPECT_THAT(scene.ask("throttle-control-replicas="), Not(HasSubstr("replicas count")));
}

TEST(Commands, ThrottleAndItsAliasesHoldAndRelease) {
    for (const auto& [hold, release] :
         {std::pair{"throttle", "no-throttle"}, std::pair{"pause", "unthrottle"},
          std::pair{"suspend", "resume"}, std::pair{"throttle=orders", "continue=ORDERS"}}) {
        Scene scene;
        EXPECT_THAT(scene.ask(hold), StartsWith("Note:")) << hold;
        EXPECT_TRUE(scene.controls.knobs->copy().hold) << hold;
        EXPECT_THAT(scene.ask(release), StartsWith("#")) << release;
        EXPECT_FALSE(scene.controls.knobs->copy().hold) << release;
    }
}

TEST(Commands, AnotherTablesNameChangesNothing) {
    Scene scene;
    const Reply reply = scene.console.answer("throttle=invoices");
    EXPECT_FALSE(reply.ok);
    EXPECT_THAT(reply.text, AllOf(HasSubstr("orders"), HasSubstr("invoices")));
    EXPECT_FALSE(scene.controls.knobs->copy().hold);
    EXPECT_FALSE(scene.console.answer("panic=invoices").ok);
    EXPECT_FALSE(scene.controls.ending().stop_requested());
}

TEST(Commands, CutOverAndPanicMustNameTheTableIfToldSo) {
    Scene scene(Scene::plain_options(), {true, true});
    scene.controls.postponement.write([](auto& p) { p.waiting = true; });
    EXPECT_THAT(scene.ask("cut-over"), HasSubstr("--force-named-cut-over"));
    EXPECT_THAT(scene.ask("panic"), HasSubstr("--force-named-panic"));
    EXPECT_FALSE(scene.controls.ending().stop_requested());
    EXPECT_THAT(scene.ask("cut-over=orders"), StartsWith("Unpostponed\n"));
    EXPECT_TRUE(scene.console.answer("panic=orders").ok);
    EXPECT_TRUE(scene.controls.ending().stop_requested());
}

TEST(Commands, PanicEndsTheRunAndSaysWhy) {
    Scene scene;
    scene.ask("panic");
    try {
        scene.controls.throw_if_ended();
        FAIL() << "the run goes on";
    } catch (const migrator::Stopped& stopped) {
        EXPECT_THAT(stopped.what(), HasSubstr("panic"));
    }
}

TEST(Commands, UnpostponeIsForARunThatIsPostponed) {
    Scene scene;
    EXPECT_THAT(scene.ask("unpostpone"), HasSubstr("not being postponed"));
    EXPECT_FALSE(scene.controls.postponement.copy().lifted);
    scene.controls.postponement.write([](auto& p) { p.waiting = true; });
    for (const char* verb : {"unpostpone", "no-postpone", "cut-over"}) {
        EXPECT_THAT(scene.ask(verb), StartsWith("Unpostponed\n")) << verb;
    }
    EXPECT_TRUE(scene.controls.postponement.copy().lifted);
}

TEST(Commands, ThePostponeFileIsMadeAndHonouredAnew) {
    const test::TmpFolder folder;
    Scene scene;
    scene.controls.postponement.write([](auto& p) { p.lifted = true; });
    EXPECT_THAT(scene.ask("postpone-cut-over-flag-file=" + folder.file("hold")),
                StartsWith("Postponed\n"));
    EXPECT_EQ(test::read_file(folder.file("hold")), "");
    EXPECT_FALSE(scene.controls.postponement.copy().lifted);
    EXPECT_EQ(scene.ask("postpone-cut-over-flag-file=?"), folder.file("hold") + "\n");
    EXPECT_FALSE(scene.console.answer("postpone-cut-over-flag-file=/no/such/folder/x").ok);
    EXPECT_FALSE(scene.console.answer("postpone-cut-over-flag-file").ok);
}

TEST(Commands, ServersAndCoordinatesAreToldAsFarAsTheyAreKnown) {
    Scene scene;
    EXPECT_THAT(scene.ask("applier"), IsEmpty());
    scene.controls.facts.write([](migrator::RunFacts& facts) {
        facts.applier = "db1:3306";
        facts.applier_version = "MySQL 9.7.4";
    });
    EXPECT_EQ(scene.ask("applier"), "Host: db1:3306, Version: MySQL 9.7.4\n");
    EXPECT_EQ(scene.ask("coordinates"), scene.ask("coordinates=?"));
    EXPECT_THAT(scene.ask("coordinates=binlog.1:4"), HasSubstr("read-only"));
}

TEST(Commands, WhatMakesNoSenseHereSaysSoInOneLine) {
    Scene scene;
    for (const char* verb : {"cpu-profile", "cpu-profile=10s,gzip", "replication-lag-query=x"}) {
        const Reply reply = scene.console.answer(verb);
        EXPECT_FALSE(reply.ok) << verb;
        EXPECT_EQ(reply.text.find('\n'), reply.text.size() - 1) << verb;
    }
    const Reply unknown = scene.console.answer("dance=now");
    EXPECT_EQ(unknown.text, "unknown command: dance\n");
    EXPECT_TRUE(unknown.unknown);
}

TEST(Commands, AHookIsAskedBeforeEachAndMayRefuse) {
    Scene scene;
    scene.forbidden = "throttle";
    scene.ask("chunk-size=?");
    EXPECT_EQ(scene.ask("throttle"), "a hook says no\n");
    EXPECT_FALSE(scene.controls.knobs->copy().hold);
    EXPECT_THAT(scene.asked, ElementsAre("chunk-size", "throttle"));
}

TEST(Commands, PanicIsNotTheHooksToRefuse) {
    Scene scene;
    scene.forbidden = "panic";
    EXPECT_THAT(scene.ask("panic"), HasSubstr("the run ends"));
    EXPECT_THROW(scene.controls.throw_if_ended(), migrator::Stopped);
    EXPECT_THAT(scene.asked, ElementsAre("panic")) << "it is told all the same";
}

}  // namespace
}  // namespace wisp::control
