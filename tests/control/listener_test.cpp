// SPDX-License-Identifier: Apache-2.0
#include "control/listener.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <filesystem>
#include <fstream>

#include "control/client.h"
#include "control/socket.h"
#include "migrator/refusal.h"
#include "tests/control/scene.h"
#include "tests/support/program.h"

namespace wisp::control {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

/// Sends the text, says no more unless `open`, and returns everything until the other side ends.
std::string converse(const std::string& place, const std::string& text, bool open = true) {
    const auto fd = connect_to(place);
    if (!fd) return fd.error();
    send_text(fd->get(), text);
    if (!open) ::shutdown(fd->get(), SHUT_WR);
    std::string all;
    LineReader reader(fd->get());
    for (std::string line; reader.next(line, std::chrono::seconds(20)) == LineReader::Got::kLine;) {
        all += line + "\n";
    }
    return all;
}

class ListenerTest : public ::testing::Test {
  protected:
    [[nodiscard]] ListenOptions options() const {
        ListenOptions options;
        options.socket_file = path_;
        return options;
    }

    test::TmpFolder folder_;
    std::string path_ = folder_.file("wisp.sock");
    Scene scene_;
};

TEST_F(ListenerTest, OnlyThisAccountMayUseTheSocketAndItGoesWithTheRun) {
    {
        const Listener listener(options(), scene_.console);
        struct stat info {};
        ASSERT_EQ(::stat(path_.c_str(), &info), 0);
        EXPECT_EQ(info.st_mode & 0777U, 0600U);
    }
    EXPECT_FALSE(std::filesystem::exists(path_));
}

TEST_F(ListenerTest, AnswersOneCommandAndEndsAsGhostDoes) {
    const Listener listener(options(), scene_.console);
    // nc does not say that it will say no more: the other side has to end it.
    EXPECT_EQ(converse(path_, "chunk-size=700\n").substr(0, 1), "#");
    EXPECT_EQ(converse(path_, "chunk-size=?\n"), "700\n");
    EXPECT_EQ(converse(path_, "chunk-size=?", false), "700\n") << "without a line end";
}

TEST_F(ListenerTest, AnswersEveryLineThatCameTogether) {
    const Listener listener(options(), scene_.console);
    EXPECT_EQ(converse(path_, "max-lag-millis=?\ndml-batch-size=?\n"), "1500\n5000\n");
}

TEST_F(ListenerTest, NothingIsTakenAfterWhatIsNoCommand) {
    const Listener listener(options(), scene_.console);
    EXPECT_EQ(converse(path_, "POST / HTTP/1.1\r\nHost: x\r\n\r\nthrottle\r\n"),
              "unknown command: POST / HTTP/1.1\n");
    EXPECT_FALSE(scene_.controls.knobs->copy().hold);
}

TEST_F(ListenerTest, ASessionTakesCommandAfterCommandAndTellsHowEachEnded) {
    const Listener listener(options(), scene_.console);
    auto client = Client::connect(path_, "");
    ASSERT_TRUE(client) << client.error();
    EXPECT_TRUE(client->ask("chunk-size=800")->ok);
    const auto value = client->ask("chunk-size=?");
    ASSERT_TRUE(value);
    EXPECT_EQ(value->text, "800\n");
    const auto refused = client->ask("max-load=x");
    ASSERT_TRUE(refused);
    EXPECT_FALSE(refused->ok);
    EXPECT_THAT(refused->text, StartsWith("max-load: "));
    EXPECT_FALSE(client->ask("nonsense")->ok);
    EXPECT_EQ(client->ask("chunk-size=?")->text, "800\n") << "the session goes on";
}

TEST_F(ListenerTest, AnIdleConnectionHoldsUpNobodyAndNotTheEnd) {
    auto listener = std::make_unique<Listener>(options(), scene_.console);
    const auto idle = connect_to(path_);
    ASSERT_TRUE(idle);
    auto session = Client::connect(path_, "");
    ASSERT_TRUE(session);
    EXPECT_EQ(converse(path_, "chunk-size=?\n"), "0\n");
    listener.reset();
    EXPECT_FALSE(session->ask("status"));
}

TEST_F(ListenerTest, ReplacesTheSocketOfADeadRun) {
    {
        // Closed without being removed, as after kill -9.
        const auto dead = listen_on_path(path_, false);
        ASSERT_TRUE(dead);
    }
    ASSERT_TRUE(std::filesystem::exists(path_));
    const Listener listener(options(), scene_.console);
    EXPECT_EQ(converse(path_, "dml-batch-size=?\n"), "5000\n");
}

TEST_F(ListenerTest, RefusesTheSocketOfALiveRunAndLeavesItAlone) {
    const Listener first(options(), scene_.console);
    Scene other;
    try {
        const Listener second(options(), other.console);
        FAIL() << "two runs serve one socket";
    } catch (const migrator::Refusal& refusal) {
        EXPECT_THAT(refusal.what(),
                    AllOf(StartsWith(path_ + ": process " + std::to_string(::getpid())),
                          HasSubstr("another server; give this run a --serve-socket-file")));
    }
    EXPECT_EQ(converse(path_, "dml-batch-size=?\n"), "5000\n");
}

TEST_F(ListenerTest, DropsASocketOnRequestAndThenLeavesTheNewOneAlone) {
    auto first = std::make_unique<Listener>(options(), scene_.console);
    Scene other;
    auto chosen = options();
    chosen.drop_socket_first = true;
    other.ask("dml-batch-size=77");
    const Listener second(chosen, other.console);
    first.reset();
    EXPECT_EQ(converse(path_, "dml-batch-size=?\n"), "77\n");
}

TEST_F(ListenerTest, RefusesAPathThatIsNoSocketOrTooLong) {
    test::write_file(path_, "precious");
    EXPECT_THROW(Listener(options(), scene_.console), migrator::Refusal);
    EXPECT_EQ(test::read_file(path_), "precious");
    auto dropping = options();
    dropping.drop_socket_first = true;
    EXPECT_THROW(Listener(dropping, scene_.console), migrator::Refusal);
    EXPECT_EQ(test::read_file(path_), "precious");
    auto longer = options();
    longer.socket_file = folder_.file(std::string(120, 'x'));
    EXPECT_THROW(Listener(longer, scene_.console), migrator::Refusal);
}

TEST_F(ListenerTest, TcpIsForThisHostAndNeedsTheTokenIfThereIsOne) {
    auto chosen = options();
    chosen.tcp = true;
    chosen.token = "sesame";
    const Listener listener(chosen, scene_.console);
    const std::string place = listener.serving().tcp;
    EXPECT_THAT(place, StartsWith("127.0.0.1:"));
    EXPECT_EQ(converse(place, "token=sesame\nchunk-size=?\n"), "0\n");
    for (const char* words : {"throttle\n", "token=\nthrottle\n", "token=sesam\nthrottle\n",
                              "token=sesame2\nthrottle\n"}) {
        EXPECT_THAT(converse(place, words), HasSubstr("needs a token")) << words;
    }
    EXPECT_FALSE(scene_.controls.knobs->copy().hold);
    EXPECT_FALSE(Client::connect(place, "wrong"));
    auto client = Client::connect(place, "sesame");
    ASSERT_TRUE(client) << client.error();
    EXPECT_EQ(client->ask("dml-batch-size=?")->text, "5000\n");
    EXPECT_EQ(converse(path_, "dml-batch-size=?\n"), "5000\n") << "the unix socket needs none";
}

TEST_F(ListenerTest, TheClientSaysWhatIsWrongWithAPlace) {
    EXPECT_THAT(Client::connect(folder_.file("none"), "").error(), HasSubstr("No such file"));
    EXPECT_THAT(Client::connect("db1", "").error(), HasSubstr("host:port"));
    { const auto dead = listen_on_path(path_, false); }
    EXPECT_THAT(Client::connect(path_, "").error(), HasSubstr("is no more"));
}

TEST(DefaultSocketPath, NamesTheTableOrIsMadeOneOfItsOwn) {
    EXPECT_EQ(default_socket_path("shop", "orders"), "/tmp/gh-ost.shop.orders.sock");
    const auto slash = default_socket_path("shop", "a/b");
    EXPECT_EQ(slash.find('/', 5), std::string::npos);
    EXPECT_NE(slash, default_socket_path("shop", "a_b"));
    EXPECT_NE(slash, default_socket_path("shop", "a:b"));
    const std::string longest(200, 'x');
    EXPECT_LE(default_socket_path(longest, longest).size(), 107U);
    EXPECT_NE(default_socket_path(longest, longest + "1"),
              default_socket_path(longest, longest + "2"));
}

}  // namespace
}  // namespace wisp::control
