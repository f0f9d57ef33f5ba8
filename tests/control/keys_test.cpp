// SPDX-License-Identifier: Apache-2.0
#include "control/keys.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/control/scene.h"
#include "tests/support/program.h"

namespace wisp::control {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(Keys, AreTheCommandsOfTheSocket) {
    Scene scene;
    EXPECT_EQ(press(scene.console, 't', {}), "");
    EXPECT_TRUE(scene.controls.knobs->copy().hold);
    EXPECT_THAT(scene.echoed, HasSubstr("\nCopy: 0/")) << "the status is shown";
    EXPECT_EQ(press(scene.console, 'u', {}), "");
    EXPECT_FALSE(scene.controls.knobs->copy().hold);
    EXPECT_EQ(press(scene.console, 's', {}), "");
    EXPECT_THAT(scene.asked, ElementsAre("throttle", "no-throttle", "status"));
}

TEST(Keys, SayWhyACommandWasRefused) {
    Scene scene;
    EXPECT_THAT(press(scene.console, 'c', {}), HasSubstr("cut over: the cut-over is not being"));
    EXPECT_THAT(press(scene.console, 'p', {}), HasSubstr("postpone-cut-over-flag-file: name"));
    scene.forbidden = "throttle";
    EXPECT_EQ(press(scene.console, 't', {}), "throttle: a hook says no\n");
    EXPECT_FALSE(scene.controls.knobs->copy().hold);
}

TEST(Keys, PostponeMakesTheFileThatWasNamed) {
    const test::TmpFolder folder;
    auto options = Scene::plain_options();
    options.postpone_flag_file = folder.file("hold");
    Scene scene(options);
    scene.controls.postponement.write([](migrator::Postponement& p) { p.lifted = true; });
    EXPECT_EQ(press(scene.console, 'p', {}), "");
    EXPECT_EQ(test::read_file(folder.file("hold")), "");
    EXPECT_FALSE(scene.controls.postponement.copy().lifted);
}

TEST(Keys, AreNamedInOneLineAndExplained) {
    Scene scene;
    const auto help = press(scene.console, '?', {});
    EXPECT_THAT(keys_line(), HasSubstr("t throttle   u unthrottle   p postpone   c cut over"));
    EXPECT_LE(keys_line().size(), 100U);
    EXPECT_THAT(help, HasSubstr("t  throttle     copy and replay wait\n"));
    EXPECT_THAT(help, HasSubstr("Ctrl-C ends the run"));
}

TEST(Keys, ThatMeanNothingDoNothing) {
    Scene scene;
    for (const char key : {'q', '\n', ' ', 'x', '\0'}) EXPECT_EQ(press(scene.console, key, {}), "");
    EXPECT_THAT(scene.asked, IsEmpty());
}

}  // namespace
}  // namespace wisp::control
