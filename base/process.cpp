// SPDX-License-Identifier: Apache-2.0
#include "base/process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>

#include "base/unique_fd.h"

// NOLINTNEXTLINE(readability-redundant-declaration): POSIX leaves it to the program.
extern char** environ;

namespace wisp {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr std::size_t kMostOutput = 64U * 1024U;
constexpr milliseconds kTick{50};  // how soon a stop request is seen
constexpr milliseconds kGrace{2'000};

/// Everything posix_spawn is told, freed together.
class SpawnSettings {
  public:
    explicit SpawnSettings(int output) {
        posix_spawn_file_actions_init(&actions_);
        posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
        posix_spawn_file_actions_adddup2(&actions_, output, STDOUT_FILENO);
        posix_spawn_file_actions_adddup2(&actions_, output, STDERR_FILENO);
        posix_spawnattr_init(&attributes_);
        posix_spawnattr_setflags(
            &attributes_, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
        // The signals' thread has SIGINT and SIGTERM blocked in the whole process; a child would
        // inherit that and outlive its limit.
        sigset_t none;
        sigemptyset(&none);
        posix_spawnattr_setsigmask(&attributes_, &none);
        sigset_t usual;
        sigemptyset(&usual);
        for (const int signal : {SIGINT, SIGTERM, SIGPIPE, SIGHUP}) sigaddset(&usual, signal);
        posix_spawnattr_setsigdefault(&attributes_, &usual);
        posix_spawnattr_setpgroup(&attributes_, 0);
    }
    SpawnSettings(const SpawnSettings&) = delete;
    SpawnSettings& operator=(const SpawnSettings&) = delete;
    ~SpawnSettings() {
        posix_spawn_file_actions_destroy(&actions_);
        posix_spawnattr_destroy(&attributes_);
    }

    posix_spawn_file_actions_t actions_{};
    posix_spawnattr_t attributes_{};
};

/// Takes what is there to be read; false at the end of the output.
bool read_output(int fd, std::string& output) {
    std::array<char, 4096> part{};
    // As much as a pipe holds (64 KiB, pipe(7)): one that is filled all the time has no end.
    constexpr int kReads = 16;
    for (int i = 0; i < kReads; ++i) {
        const auto count = ::read(fd, part.data(), part.size());
        if (count < 0) return errno == EAGAIN || errno == EINTR;
        if (count == 0) return false;
        const std::size_t room = kMostOutput - output.size();
        output.append(part.data(), std::min(static_cast<std::size_t>(count), room));
    }
    return true;
}

/// Ends the group, first politely.
class Killer {
  public:
    explicit Killer(pid_t group) : group_(group) {}
    void insist() {
        const auto now = steady_clock::now();
        if (!asked_) {
            asked_ = true;
            kill_at_ = now + kGrace;
            ::kill(-group_, SIGTERM);
        } else if (now >= kill_at_) {
            ::kill(-group_, SIGKILL);
        }
    }

  private:
    pid_t group_;
    bool asked_ = false;
    steady_clock::time_point kill_at_{};
};

ProcessEnd await_end(pid_t child, int output, milliseconds limit, const std::stop_token& stop) {
    // pidfd_open: Linux 5.3; glibc 2.36 has a wrapper, but without a declaration in <unistd.h>.
    const UniqueFd ended(static_cast<int>(::syscall(SYS_pidfd_open, child, 0)));
    const auto began = steady_clock::now();
    ProcessEnd end;
    Killer killer(child);
    int status = 0;
    bool open = true;
    for (;;) {
        std::array<pollfd, 2> ready{pollfd{ended.get(), POLLIN, 0},
                                    pollfd{open ? output : -1, POLLIN, 0}};
        ::poll(ready.data(), ready.size(), static_cast<int>(kTick.count()));
        if (open) open = read_output(output, end.output);
        if (::waitpid(child, &status, WNOHANG) == child) break;
        if (limit.count() > 0 && steady_clock::now() - began >= limit) end.late = true;
        if (!end.late && stop.stop_requested()) end.stopped = true;
        if (end.late || end.stopped) killer.insist();
    }
    if (end.late || end.stopped) ::kill(-child, SIGKILL);  // what its children left of the group
    read_output(output, end.output);
    end.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return end;
}

}  // namespace

Environment child_environment(const Environment& more, const std::vector<std::string>& secret) {
    Environment all = more;
    for (char** variable = environ; *variable != nullptr; ++variable) {
        const std::string text = *variable;
        const auto equals = text.find('=');
        if (equals == std::string::npos) continue;
        const std::string name = text.substr(0, equals);
        const bool hidden = std::find(secret.begin(), secret.end(), name) != secret.end();
        const bool replaced = std::any_of(more.begin(), more.end(),
                                          [&](const auto& own) { return own.first == name; });
        if (!hidden && !replaced) all.emplace_back(name, text.substr(equals + 1));
    }
    return all;
}

Expected<ProcessEnd> run_process(const std::string& path, const Environment& environment,
                                 milliseconds limit, const std::stop_token& stop) {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
        return Unexpected(fmt::format("no pipe for {}: {}", path, std::strerror(errno)));
    }
    const UniqueFd output(ends[0]);
    UniqueFd input(ends[1]);
    ::fcntl(output.get(), F_SETFL, O_NONBLOCK);
    std::vector<std::string> texts;
    for (const auto& [name, value] : environment) texts.push_back(name + "=" + value);
    std::vector<char*> variables;
    for (auto& text : texts) variables.push_back(text.data());
    variables.push_back(nullptr);
    std::string program = path;
    std::array<char*, 2> words{program.data(), nullptr};
    const SpawnSettings settings(input.get());
    pid_t child = 0;
    const int failure = ::posix_spawn(&child, path.c_str(), &settings.actions_,
                                      &settings.attributes_, words.data(), variables.data());
    if (failure != 0) {
        return Unexpected(fmt::format("{} cannot be run: {}", path, std::strerror(failure)));
    }
    input.reset();
    return await_end(child, output.get(), limit, stop);
}

}  // namespace wisp
