// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "throttle/flag_file.h"
#include "throttle/manual.h"
#include "throttle/options.h"

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
    FlagFile source("throttle-flag-file", path("stop"), Effect::kHoldAll);
    EXPECT_EQ(source.poll({}).effect, Effect::kGo);
    std::ofstream(path("stop")).put('x');
    const Reading reading = source.poll({});
    EXPECT_EQ(reading.effect, Effect::kHoldAll);
    EXPECT_EQ(reading.reason, path("stop") + " exists");
    std::filesystem::remove(path("stop"));
    EXPECT_EQ(source.poll({}).effect, Effect::kGo);
}

TEST_F(FlagFileTest, DoesNotTakeAnUnreadablePathForAbsent) {
    FlagFile source("panic-flag-file", path(std::string(300, 'x')), Effect::kAbort);
    EXPECT_THROW((void)source.poll({}), std::filesystem::filesystem_error);
}

TEST(Manual, FollowsTheKnob) {
    auto knobs = std::make_shared<Guarded<Knobs>>();
    Manual source(knobs);
    EXPECT_EQ(source.poll({}).effect, Effect::kGo);
    knobs->write([](Knobs& k) { k.hold = true; });
    EXPECT_EQ(source.poll({}).effect, Effect::kHoldAll);
    EXPECT_EQ(source.poll({}).reason, "commanded by user");
    knobs->write([](Knobs& k) { k.hold = false; });
    EXPECT_EQ(source.poll({}).effect, Effect::kGo);
}

TEST(MakeSources, LeavesOutFilesThatAreNotNamed) {
    const auto names = [](const Options& options) {
        std::vector<std::string> list;
        const Subjects subjects{{}, {}, {"db", "_t_ghc"}};
        for (const auto& source :
             make_sources(options, subjects, std::make_shared<Guarded<Knobs>>())) {
            list.push_back(source->name());
        }
        return list;
    };
    EXPECT_EQ(names({}), (std::vector<std::string>{"command", "load", "lag 127.0.0.1:3306"}));
    Options options;
    options.panic_flag_file = "/a";
    options.flag_file = "/b";
    options.additional_flag_file = "/c";
    options.control_replicas.resize(1);
    options.control_replicas[0].host = "replica";
    EXPECT_EQ(names(options),
              (std::vector<std::string>{"panic-flag-file", "throttle-flag-file",
                                        "throttle-additional-flag-file", "command", "load",
                                        "lag 127.0.0.1:3306", "lag replica:3306"}));
}

}  // namespace
}  // namespace wisp::throttle
