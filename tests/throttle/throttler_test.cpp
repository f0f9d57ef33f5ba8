// SPDX-License-Identifier: Apache-2.0
// The throttler's threads, with sources whose answers the test sets.
#include "throttle/throttler.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <set>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/thread.h"

namespace wisp::throttle {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

struct Script {
    Reading reading;
    bool fails = false;
    bool hangs = false;
};
using SharedScript = std::shared_ptr<Guarded<Script>>;

class FakeSource : public Source {
  public:
    FakeSource(std::string name, bool remote, SharedScript script)
        : name_(std::move(name)), remote_(remote), script_(std::move(script)) {}
    [[nodiscard]] std::string name() const override { return name_; }
    [[nodiscard]] milliseconds period() const override { return milliseconds{5}; }
    [[nodiscard]] bool remote() const override { return remote_; }
    Reading poll(std::stop_token stop) override {
        script_->wait(std::move(stop), [](const Script& script) { return !script.hangs; });
        const Script script = script_->copy();
        if (script.fails) throw std::runtime_error("server has gone away");
        return script.reading;
    }

  private:
    std::string name_;
    bool remote_;
    SharedScript script_;
};

class ThrottlerTest : public ::testing::Test {
  protected:
    void start(std::function<void(const Verdict&)> on_abort = {}) {
        std::vector<std::unique_ptr<Source>> sources;
        sources.push_back(std::make_unique<FakeSource>("local", false, local_));
        sources.push_back(std::make_unique<FakeSource>("remote", true, remote_));
        throttler_ = std::make_unique<Throttler>(std::move(sources), std::move(on_abort));
        thread_ = std::make_unique<Thread>(
            "throttle", [this](const std::stop_token& stop) { throttler_->run(stop); });
    }
    static void set(const SharedScript& script, Effect effect, std::string reason = "x",
                    double rest = 0) {
        script->write([&](Script& s) { s.reading = {effect, std::move(reason), rest, {}}; });
    }
    /// Waits, 10 s at most, until the verdict is this.
    [[nodiscard]] bool becomes(Effect effect) const {
        const auto deadline = std::chrono::steady_clock::now() + seconds{10};
        while (throttler_->verdict().effect != effect) {
            if (std::chrono::steady_clock::now() > deadline) return false;
            std::this_thread::sleep_for(milliseconds{1});
        }
        return true;
    }

    SharedScript local_ = std::make_shared<Guarded<Script>>();
    SharedScript remote_ = std::make_shared<Guarded<Script>>();
    std::unique_ptr<Throttler> throttler_;
    std::unique_ptr<Thread> thread_;  // ends before the throttler
};

TEST_F(ThrottlerTest, HoldsTheCopyBeforeAnythingIsMeasured) {
    Throttler throttler([] {
        std::vector<std::unique_ptr<Source>> sources;
        sources.push_back(std::make_unique<FakeSource>("a", false, SharedScript{}));
        return sources;
    }());
    EXPECT_EQ(throttler.verdict().effect, Effect::kHoldCopy);
    EXPECT_EQ(throttler.verdict().leading()->reason, "not measured yet");
    EXPECT_TRUE(throttler.wait_until_clear({}, Writer::kApply));
}

TEST_F(ThrottlerTest, GoesWithoutSources) {
    const Throttler throttler({});
    EXPECT_TRUE(throttler.wait_until_clear({}, Writer::kCopy));
}

TEST_F(ThrottlerTest, LetsGoWhenAllSourcesAreContent) {
    start();
    EXPECT_TRUE(throttler_->wait_until_clear({}, Writer::kCopy));
    EXPECT_TRUE(throttler_->wait_until_clear({}, Writer::kApply));
}

TEST_F(ThrottlerTest, HoldsOnlyTheCopyForLag) {
    set(remote_, Effect::kHoldCopy, "lag 3 s");
    start();
    ASSERT_TRUE(becomes(Effect::kHoldCopy));
    EXPECT_TRUE(throttler_->wait_until_clear({}, Writer::kApply));
    std::atomic<bool> went = false;
    std::jthread copier([&] { went = throttler_->wait_until_clear({}, Writer::kCopy); });
    std::this_thread::sleep_for(milliseconds{50});
    EXPECT_FALSE(went);
    set(remote_, Effect::kGo);
    copier.join();
    EXPECT_TRUE(went);
    EXPECT_GE(throttler_->copy_held(), milliseconds{50});
}

TEST_F(ThrottlerTest, HoldsBothForAFlag) {
    set(local_, Effect::kHoldAll);
    start();
    ASSERT_TRUE(becomes(Effect::kHoldAll));
    std::atomic<int> done = 0;
    std::jthread copier([&] { done += throttler_->wait_until_clear({}, Writer::kCopy) ? 1 : 0; });
    std::jthread applier([&] { done += throttler_->wait_until_clear({}, Writer::kApply) ? 1 : 0; });
    std::this_thread::sleep_for(milliseconds{50});
    EXPECT_EQ(done, 0);
    set(local_, Effect::kGo);
    copier.join();
    applier.join();
    EXPECT_EQ(done, 2);
}

TEST_F(ThrottlerTest, HoldsWhileASourceCannotBeRead) {
    remote_->write([](Script& script) { script.fails = true; });
    start();
    ASSERT_TRUE(becomes(Effect::kHoldCopy));
    const auto deadline = std::chrono::steady_clock::now() + seconds{10};
    while (throttler_->verdict().leading()->reason == "not measured yet" &&
           std::chrono::steady_clock::now() < deadline) {
        std::this_thread::sleep_for(milliseconds{1});
    }
    EXPECT_EQ(throttler_->verdict().leading()->reason, "cannot read: server has gone away");
    remote_->write([](Script& script) { script.fails = false; });
    EXPECT_TRUE(becomes(Effect::kGo));
}

TEST_F(ThrottlerTest, HoldsWhenASourceHangsWithoutDelayingTheOthers) {
    start();
    ASSERT_TRUE(becomes(Effect::kGo));
    remote_->write([](Script& script) { script.hangs = true; });
    ASSERT_TRUE(becomes(Effect::kHoldCopy));
    EXPECT_EQ(throttler_->verdict().leading()->source, "remote");
    EXPECT_TRUE(throttler_->verdict().leading()->reason.starts_with("no answer for "));
    set(local_, Effect::kHoldAll);
    EXPECT_TRUE(becomes(Effect::kHoldAll));
}

TEST_F(ThrottlerTest, EndsWaitsOnStop) {
    set(local_, Effect::kHoldAll);
    start();
    ASSERT_TRUE(becomes(Effect::kHoldAll));
    std::stop_source stop;
    std::atomic<int> cleared = -1;
    std::jthread copier(
        [&] { cleared = throttler_->wait_until_clear(stop.get_token(), Writer::kCopy) ? 1 : 0; });
    stop.request_stop();
    copier.join();
    EXPECT_EQ(cleared, 0);
}

TEST_F(ThrottlerTest, AbortsOnceAndForGood) {
    std::atomic<int> calls = 0;
    start([&](const Verdict& verdict) {
        EXPECT_EQ(verdict.leading()->reason, "panic");
        ++calls;
    });
    ASSERT_TRUE(becomes(Effect::kGo));
    set(local_, Effect::kHoldAll);
    ASSERT_TRUE(becomes(Effect::kHoldAll));
    std::atomic<int> cleared = -1;
    std::jthread applier(
        [&] { cleared = throttler_->wait_until_clear({}, Writer::kApply) ? 1 : 0; });
    set(remote_, Effect::kAbort, "panic");
    applier.join();
    EXPECT_EQ(cleared, 0);
    set(remote_, Effect::kGo);
    set(local_, Effect::kGo);
    std::this_thread::sleep_for(milliseconds{250});
    EXPECT_TRUE(throttler_->verdict().aborts());
    EXPECT_FALSE(throttler_->wait_until_clear({}, Writer::kCopy));
    thread_.reset();
    EXPECT_EQ(calls, 1);
}

TEST_F(ThrottlerTest, StopsWhileASourceHangs) {
    remote_->write([](Script& script) { script.hangs = true; });
    start();
    std::this_thread::sleep_for(milliseconds{20});
    const auto begin = std::chrono::steady_clock::now();
    thread_.reset();
    EXPECT_LT(std::chrono::steady_clock::now() - begin, seconds{10});
}

TEST_F(ThrottlerTest, RestsAsLongAsTheVerdictSays) {
    set(remote_, Effect::kSlowCopy, "lag 1 s", 2);
    set(local_, Effect::kSlowCopy, "nice", 0.5);
    start();
    ASSERT_TRUE(becomes(Effect::kSlowCopy));
    while (throttler_->verdict().holds.size() < 2) std::this_thread::sleep_for(milliseconds{1});
    EXPECT_DOUBLE_EQ(throttler_->verdict().rest, 2);
    EXPECT_TRUE(throttler_->wait_until_clear({}, Writer::kCopy));
    const auto begin = std::chrono::steady_clock::now();
    throttler_->rest({}, milliseconds{20});
    EXPECT_GE(std::chrono::steady_clock::now() - begin, milliseconds{40});
}

TEST_F(ThrottlerTest, EndsARestThatIsNoLongerAskedFor) {
    set(local_, Effect::kSlowCopy, "nice", 100);
    start();
    ASSERT_TRUE(becomes(Effect::kSlowCopy));
    const std::jthread waker([&] { set(local_, Effect::kGo); });
    throttler_->rest({}, std::chrono::hours{1});  // or the test hangs
    set(local_, Effect::kSlowCopy, "nice", 100);
    ASSERT_TRUE(becomes(Effect::kSlowCopy));
    std::stop_source stop;
    const std::jthread stopper([&] { stop.request_stop(); });
    throttler_->rest(stop.get_token(), std::chrono::hours{1});
    const std::jthread aborter([&] { set(remote_, Effect::kAbort, "panic"); });
    throttler_->rest({}, std::chrono::hours{1});
}

TEST_F(ThrottlerTest, TellsWhoHeldForHowLong) {
    set(remote_, Effect::kHoldCopy);
    start();
    ASSERT_TRUE(becomes(Effect::kHoldCopy));
    std::this_thread::sleep_for(milliseconds{50});
    set(remote_, Effect::kGo);
    ASSERT_TRUE(becomes(Effect::kGo));
    const auto states = throttler_->states();
    ASSERT_EQ(states.size(), 2U);
    EXPECT_EQ(states[0].name, "local");
    EXPECT_EQ(states[1].name, "remote");
    EXPECT_FALSE(states[1].holds);
    EXPECT_GE(states[1].held, milliseconds{50});
    EXPECT_LT(states[0].held, states[1].held);
    EXPECT_EQ(throttler_->states()[1].held, states[1].held);  // nobody holds now
}

TEST(ThrottlerList, FollowsTheListOfSources) {
    const auto wanted = std::make_shared<Guarded<std::set<std::string>>>();
    const auto script = std::make_shared<Guarded<Script>>();
    script->write([](Script& s) { s.reading = {Effect::kHoldCopy, "lag", 0, {}}; });
    Throttler throttler({}, {},
                        {[=] { return wanted->copy(); },
                         [=](const std::string& name) -> std::unique_ptr<Source> {
                             return std::make_unique<FakeSource>("lag " + name, true, script);
                         }});
    Thread thread("throttle", [&](const std::stop_token& stop) { throttler.run(stop); });
    const auto await_holds = [&](std::size_t count) {
        const auto deadline = std::chrono::steady_clock::now() + seconds{10};
        while (throttler.verdict().holds.size() != count &&
               std::chrono::steady_clock::now() < deadline) {
            std::this_thread::sleep_for(milliseconds{1});
        }
        return throttler.verdict().holds.size() == count;
    };
    EXPECT_TRUE(await_holds(0));
    wanted->write([](auto& names) { names = {"a", "b"}; });
    EXPECT_TRUE(await_holds(2));
    script->write([](Script& s) { s.hangs = true; });
    wanted->write([](auto& names) { names = {"b"}; });
    EXPECT_TRUE(await_holds(1));
    EXPECT_EQ(throttler.verdict().leading()->source, "lag b");
    wanted->write([](auto& names) { names = {}; });
    EXPECT_TRUE(await_holds(0));
    EXPECT_TRUE(throttler.wait_until_clear({}, Writer::kCopy));
}

/// Content; each poll makes one more source wanted, up to five.
class Wisher : public Source {
  public:
    explicit Wisher(std::shared_ptr<Guarded<std::set<std::string>>> wanted)
        : wanted_(std::move(wanted)) {}
    [[nodiscard]] std::string name() const override { return "finder"; }
    [[nodiscard]] milliseconds period() const override { return milliseconds{5}; }
    [[nodiscard]] bool remote() const override { return true; }
    Reading poll(std::stop_token /*stop*/) override {
        wanted_->write([](auto& names) {
            if (names.size() < 5) names.insert("r" + std::to_string(names.size()));
        });
        return {};
    }

  private:
    std::shared_ptr<Guarded<std::set<std::string>>> wanted_;
};

TEST(ThrottlerList, IsNeverClearBetweenAWishAndItsSource) {
    const auto wanted = std::make_shared<Guarded<std::set<std::string>>>();
    const auto script = std::make_shared<Guarded<Script>>();
    script->write([](Script& s) { s.reading = {Effect::kHoldCopy, "lag", 0, {}}; });
    Throttler throttler(
        [&] {
            std::vector<std::unique_ptr<Source>> sources;
            sources.push_back(std::make_unique<Wisher>(wanted));
            return sources;
        }(),
        {},
        {[=] { return wanted->copy(); },
         [=](const std::string& name) -> std::unique_ptr<Source> {
             return std::make_unique<FakeSource>("lag " + name, true, script);
         }});
    std::stop_source enough;
    std::atomic<bool> went = false;
    std::jthread copier(
        [&] { went = throttler.wait_until_clear(enough.get_token(), Writer::kCopy); });
    Thread thread("throttle", [&](const std::stop_token& stop) { throttler.run(stop); });
    const auto deadline = std::chrono::steady_clock::now() + seconds{10};
    while (throttler.verdict().holds.size() != 5 && std::chrono::steady_clock::now() < deadline) {
        std::this_thread::sleep_for(milliseconds{1});
    }
    EXPECT_EQ(throttler.verdict().holds.size(), 5U);  // all of them, the wisher content
    enough.request_stop();
    copier.join();
    EXPECT_FALSE(went);
}

}  // namespace
}  // namespace wisp::throttle
