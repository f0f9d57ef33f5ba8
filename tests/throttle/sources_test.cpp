// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "throttle/commit_latency.h"
#include "throttle/disk.h"
#include "throttle/flag_file.h"
#include "throttle/http.h"
#include "throttle/knob_source.h"
#include "throttle/sources.h"

namespace wisp::throttle {
namespace {

class FlagFileTest : public ::testing::Test {
  protected:
    void SetUp() override { std::filesystem::create_directories(directory_); }
    void TearDown() override { std::filesystem::remove_all(directory_); }
    [[nodiscard]] std::string path(const std::string& name) const { return directory_ / name; }

  private:
    std::filesystem::path directory_ =
        std::filesystem::temp_directory_path() / ("wisp_flag_" + std::to_string(::getpid()));
};

TEST_F(FlagFileTest, HoldsWhileTheFileExists) {
    const auto knobs = std::make_shared<Guarded<Knobs>>();
    FlagFile source("throttle-flag-file", &Knobs::flag_file, Effect::kHoldAll, knobs);
    EXPECT_EQ(source.poll({}).effect, Effect::kGo);
    knobs->write([&](Knobs& k) { k.flag_file = path("stop"); });
    EXPECT_EQ(source.poll({}).effect, Effect::kGo);
    std::ofstream(path("stop")).put('x');
    const Reading reading = source.poll({});
    EXPECT_EQ(reading.effect, Effect::kHoldAll);
    EXPECT_EQ(reading.reason, path("stop") + " exists");
    std::filesystem::remove(path("stop"));
    EXPECT_EQ(source.poll({}).effect, Effect::kGo);
}

TEST_F(FlagFileTest, DoesNotTakeAnUnreadablePathForAbsent) {
    const auto knobs = std::make_shared<Guarded<Knobs>>();
    knobs->write([&](Knobs& k) { k.panic_flag_file = path(std::string(300, 'x')); });
    FlagFile source("panic-flag-file", &Knobs::panic_flag_file, Effect::kAbort, knobs);
    EXPECT_THROW((void)source.poll({}), std::filesystem::filesystem_error);
}

TEST(Manual, FollowsTheKnob) {
    auto knobs = std::make_shared<Guarded<Knobs>>();
    const auto source = make_manual_hold(knobs);
    EXPECT_EQ(source->poll({}).effect, Effect::kGo);
    knobs->write([](Knobs& k) { k.hold = true; });
    EXPECT_EQ(source->poll({}).effect, Effect::kHoldAll);
    EXPECT_EQ(source->poll({}).reason, "commanded by user");
    knobs->write([](Knobs& k) { k.hold = false; });
    EXPECT_EQ(source->poll({}).effect, Effect::kGo);
}

TEST(Nice, AsksForRestAsTheKnobSays) {
    auto knobs = std::make_shared<Guarded<Knobs>>();
    const auto source = make_nice_ratio(knobs);
    EXPECT_EQ(source->poll({}).effect, Effect::kGo);
    knobs->write([](Knobs& k) { k.nice_ratio = 1.5; });
    const Reading reading = source->poll({});
    EXPECT_EQ(reading.effect, Effect::kSlowCopy);
    EXPECT_DOUBLE_EQ(reading.rest, 1.5);
    EXPECT_EQ(reading.reason, "1.5 s of rest after each second");
}

TEST(CommitLatency, CountsAWriteThatDoesNotComeBack) {
    LatencyMeter meter;
    const SteadyTime start{std::chrono::seconds{100}};
    const auto at = [&](int ms) { return start + std::chrono::milliseconds{ms}; };
    EXPECT_FALSE(meter.latency(start));
    meter.begin(at(0));
    EXPECT_FALSE(meter.latency(at(5)));
    meter.end(at(10));
    EXPECT_DOUBLE_EQ(meter.latency(at(1000))->count(), 10);
    meter.begin(at(1000));
    meter.begin(at(1200));  // sent again, after an error
    EXPECT_DOUBLE_EQ(meter.latency(at(1005))->count(), 10);
    EXPECT_DOUBLE_EQ(meter.latency(at(1500))->count(), 500);
    meter.end(at(1610));
    EXPECT_DOUBLE_EQ(meter.latency(at(1700))->count(), 210);
}

TEST(Disk, HoldsTheCopyFirstAndReplayLast) {
    constexpr std::uint64_t kGiB = 1ULL << 30;
    EXPECT_EQ(judge_disk(10 * kGiB, 10 * kGiB, "/data").effect, Effect::kGo);
    const Reading reading = judge_disk(9 * kGiB, 10 * kGiB, "/data");
    EXPECT_EQ(reading.effect, Effect::kHoldCopy);
    EXPECT_EQ(reading.reason, "9.0 GiB free in /data, limit 10.0 GiB");
    EXPECT_EQ(judge_disk(5 * kGiB, 10 * kGiB, "/data").effect, Effect::kHoldCopy);
    EXPECT_EQ(judge_disk(5 * kGiB - 1, 10 * kGiB, "/data").effect, Effect::kHoldAll);
}

TEST(Http, PutsFrenosAnswersIntoWords) {
    EXPECT_EQ(http_reason("http://freno.local/check/a/mysql/b", 429),
              "HTTP 429 (freno: above the threshold), limit 200");
    EXPECT_EQ(http_reason("http://freno.local/check/a/mysql/b", 404),
              "HTTP 404 (freno does not know what it is asked for), limit 200");
    EXPECT_EQ(http_reason("http://freno.local/check/a/mysql/b", 417),
              "HTTP 417 (freno denies it to this app), limit 200");
    EXPECT_EQ(http_reason("http://freno.local/check/a/mysql/b", 500),
              "HTTP 500 (freno cannot tell), limit 200");
    EXPECT_EQ(http_reason("http://other.local/", 429), "HTTP 429, limit 200");
}

TEST(Http, CredentialsAreTakenOutOfAnUrl) {
    EXPECT_EQ(without_credentials("http://me:p@ss@db1:8111/check/a@b"),
              "http://db1:8111/check/a@b");
    EXPECT_EQ(without_credentials("https://me@db1"), "https://db1");
    EXPECT_EQ(without_credentials("see http://me:x@db1/?q: timed out"),
              "see http://db1/?q: timed out");
    for (const char* text : {"", "http://db1/check?mail=a@b", "Threads_running=5", "a@b", "://"}) {
        EXPECT_EQ(without_credentials(text), text);
    }
    EXPECT_EQ(shown_url("http://me:p@ss@db1:8111/check/a@b?token=x"),
              "http://db1:8111/check/a@b?…");
    EXPECT_EQ(shown_url("me:p@ss@db1/check"), "db1/check");
    EXPECT_EQ(shown_url("http://db1/check"), "http://db1/check");
    EXPECT_EQ(check_http_url("ftp://me:secret@db1/").error().find("secret"), std::string::npos);
}

TEST(MakeSources, AreThereFromTheStart) {
    const auto knobs = std::make_shared<Guarded<Knobs>>();
    const auto found = std::make_shared<Guarded<std::vector<Address>>>();
    const Subjects subjects{
        {}, mysql::Endpoint{}, {"db", "_t_ghc"}, std::make_shared<LatencyMeter>()};
    std::vector<std::string> names;
    for (const auto& source : make_sources(subjects, knobs, found)) names.push_back(source->name());
    EXPECT_EQ(names,
              (std::vector<std::string>{
                  "panic-flag-file", "throttle-flag-file", "throttle-additional-flag-file",
                  "command", "nice-ratio", "max-commit-latency", "load", "throttle-query",
                  "throttle-http", "min-free-disk", "lag 127.0.0.1:3306", "throttle-replicas"}));
}

TEST(MakeSources, WatchEachReplicaThatIsNamedOrFound) {
    const auto knobs = std::make_shared<Guarded<Knobs>>();
    const auto found = std::make_shared<Guarded<std::vector<Address>>>();
    const auto replicas =
        replica_sources({{}, mysql::Endpoint{}, {"db", "_t_ghc"}, {}, {}}, knobs, found);
    using Names = std::set<std::string>;
    EXPECT_EQ(replicas.wanted(), Names{});
    knobs->write([](Knobs& k) { k.control_replicas = {{"r1", 3307}, {"127.0.0.1", 3306}}; });
    found->write([](auto& list) { list = {{"r1", 3307}, {"r2", 3306}}; });
    EXPECT_EQ(replicas.wanted(), Names{"r1:3307"});  // 127.0.0.1:3306 is watched anyway
    knobs->write([](Knobs& k) { k.find_replicas = true; });
    EXPECT_EQ(replicas.wanted(), (Names{"r1:3307", "r2:3306"}));
    EXPECT_EQ(replicas.make("r2:3306")->name(), "lag r2:3306");
}

}  // namespace
}  // namespace wisp::throttle
