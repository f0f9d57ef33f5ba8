// SPDX-License-Identifier: Apache-2.0
#include "hooks/runner.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <sstream>
#include <utility>

#include "base/log.h"

namespace wisp::hooks {
namespace {

namespace fs = std::filesystem;

/// What a hook does not get from our environment.
const std::vector<std::string> kSecrets{"WISP_PASSWORD", "WISP_MASTER_PASSWORD",
                                        "WISP_SERVE_TOKEN"};

bool belongs(const std::string& file, Point point) {
    return file.starts_with(std::string("gh-ost-") + name(point)) ||
           file.starts_with(std::string("wisp-") + name(point));
}

void log_output(const std::string& hook, const std::string& output) {
    std::stringstream lines(output);
    for (std::string line; std::getline(lines, line);) log::warn("hook {}: {}", hook, line);
}

Expected<void> run_one(const std::string& path, const Environment& environment,
                       std::chrono::seconds limit, const std::stop_token& stop) {
    const std::string hook = fs::path(path).filename();
    const auto began = std::chrono::steady_clock::now();
    const auto end = run_process(path, environment, limit, stop);
    if (!end) return Unexpected("hook " + end.error());
    log_output(hook, end->output);
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
    log::info("hook ended hook={} exit_code={} seconds={:.1f}", hook, end->exit_code, took.count());
    if (end->late) {
        return Unexpected(
            fmt::format("hook {} was killed: it did not end within {} s"
                        " (--hooks-timeout-seconds)",
                        hook, limit.count()));
    }
    if (end->stopped) {
        return Unexpected(fmt::format("hook {} was killed because the run ends", hook));
    }
    if (end->exit_code != 0) {
        return Unexpected(fmt::format("hook {} ended with {}", hook, end->exit_code));
    }
    return {};
}

}  // namespace

Runner::Runner(Options options) : options_(std::move(options)) {
    if (options_.path.empty()) return;
    thread_ =
        std::make_unique<Thread>("hooks", [this](const std::stop_token& stop) { work(stop); });
}

Runner::~Runner() = default;

Expected<void> Runner::check() const {
    if (options_.path.empty()) return {};
    std::error_code error;
    const fs::directory_iterator folder(options_.path, error);
    if (error) {
        return Unexpected(
            fmt::format("--hooks-path: {} cannot be read: {}", options_.path, error.message()));
    }
    for (std::size_t i = 0; i < kPoints; ++i) {
        for (const auto& path : find(static_cast<Point>(i))) {
            if (::access(path.c_str(), X_OK) == 0) continue;
            return Unexpected(fmt::format(
                "--hooks-path: {} has a hook's name but cannot be executed; chmod +x it, or give it"
                " another name",
                path));
        }
    }
    return {};
}

std::vector<std::string> Runner::find(Point point) const {
    std::vector<std::string> found;
    if (options_.path.empty()) return found;
    std::error_code ignored;  // a folder that has gone has no hooks
    for (fs::directory_iterator entry(options_.path, ignored), end; entry != end;
         entry.increment(ignored)) {
        if (belongs(entry->path().filename(), point) && !entry->is_directory(ignored)) {
            found.push_back(entry->path());
        }
    }
    std::sort(found.begin(), found.end());
    return found;
}

Expected<void> Runner::run(Point point, const Environment& variables,
                           const std::stop_token& stop) const {
    const auto paths = find(point);
    if (paths.empty()) return {};
    const auto environment = child_environment(variables, kSecrets);
    for (const auto& path : paths) {
        if (auto ended = run_one(path, environment, options_.limit, stop); !ended) return ended;
    }
    return {};
}

void Runner::post(Point point, Environment variables) {
    if (!thread_) return;
    waiting_.write([&](Waiting& waiting) {
        waiting.at(static_cast<std::size_t>(point)) = std::move(variables);
    });
}

void Runner::work(const std::stop_token& stop) {
    const auto is_set = [](const auto& variables) { return variables.has_value(); };
    while (waiting_.wait(stop, [&](const Waiting& waiting) {
        return std::any_of(waiting.begin(), waiting.end(), is_set);
    })) {
        for (std::size_t i = 0; i < kPoints; ++i) {
            auto variables = waiting_.write(
                [&](Waiting& waiting) { return std::exchange(waiting.at(i), std::nullopt); });
            if (!variables || stop.stop_requested()) continue;
            const auto ended = run(static_cast<Point>(i), *variables, stop);
            if (!ended && !stop.stop_requested()) log::warn("{}; the run goes on", ended.error());
        }
    }
}

}  // namespace wisp::hooks
