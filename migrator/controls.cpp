// SPDX-License-Identifier: Apache-2.0
#include "migrator/controls.h"

#include <unistd.h>

#include <array>
#include <utility>

#include "migrator/refusal.h"

namespace wisp::migrator {
namespace {

RunFacts first_facts(const MigrationOptions& options) {
    RunFacts facts;
    facts.source = {options.schema, options.table};
    facts.alter = options.alter;
    facts.dry_run = !options.execute;
    facts.revert = options.revert;
    facts.began = std::chrono::system_clock::now();
    std::array<char, 256> host{};
    if (::gethostname(host.data(), host.size() - 1) == 0) facts.executing_host = host.data();
    return facts;
}

}  // namespace

Controls::Controls(const MigrationOptions& options)
    : knobs(options.knobs),
      postponement({options.postpone_flag_file, false, false}),
      facts(first_facts(options)) {
    dials.chunk_rows = dials.chunk_rows_now = options.chunk_rows;
    dials.batch_rows = options.batch_rows;
}

void Controls::watch(std::function<ProgressSnapshot()> source) {
    source_.write([&](auto& present) {
        // What was true last stays to be told.
        if (present && !source) last_.write([&](auto& last) { last = present(); });
        present = std::move(source);
    });
}

ProgressSnapshot Controls::snapshot() const {
    return source_.read([&](const auto& source) {
        if (source) return source();
        if (auto last = last_.copy()) return *last;
        ProgressSnapshot s;
        const auto elapsed = std::chrono::steady_clock::now() - began_;
        s.elapsed_seconds = std::chrono::duration<double>(elapsed).count();
        return s;
    });
}

void Controls::end(const std::string& reason) {
    reason_.write([&](std::string& first) {
        if (first.empty()) first = reason;
    });
    ending_.request_stop();
}

void Controls::throw_if_ended() const {
    if (ending_.stop_requested()) throw Stopped(reason_.copy());
}

}  // namespace wisp::migrator
