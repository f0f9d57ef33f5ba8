// SPDX-License-Identifier: Apache-2.0
// The engine's copy: its workers, which verification uses as well, and the rows that do not get
// into the ghost at first (R7).
#include <fmt/format.h>

#include <algorithm>

#include "base/fault.h"
#include "base/log.h"
#include "migrator/engine.h"
#include "migrator/refusal.h"
#include "sql/identifier.h"

namespace wisp::migrator {
namespace {

constexpr unsigned kRetryRounds = 5;
constexpr std::chrono::milliseconds kLookPeriod{100};

}  // namespace

void Engine::copy() {
    steering_.measure_calm(method_.signs->changelog());
    progress_.stage = Stage::kCopying;
    progress_.copy_began = now_microseconds();
    log::info("copying table={} key={} copiers={}-{}", plan_.names.source.table,
              plan_.key.source_index_name, options_.copiers.fewest, options_.copiers.most);
    const std::uint64_t estimated = progress_.rows_estimated;
    ranges_.expect(estimated - std::min<std::uint64_t>(estimated, progress_.rows_resumed),
                   options_.copiers.most);
    run_copiers();
    progress_.copy_ended = now_microseconds();
    log::info("copied rows={} chunks={}", progress_.rows_copied.load(), progress_.chunks.load());
    fault::point("copy.done");
}

void Engine::run_copiers() {
    run_workers("copier", [this](unsigned number, Crew& crew, std::stop_token stop) {
        const auto told = [this](const std::string& error) {
            hooks_.post(hooks::Point::kBatchCopyRetry, {{"GH_OST_LAST_BATCH_COPY_ERROR", error}});
        };
        Copier({plan_, ranges_, in_flight_, xa_watch_, progress_, commit_times_, *method_.signs,
                &controls_.dials, told},
               number, method_.mover())
            .run(std::move(stop), connector_, throttler_, crew);
    });
    // Copiers also return when the throttler ends the run; then the copy is not complete.
    if (!ranges_.exhausted()) throw Stopped("the copy was ended before its last chunk");
}

void Engine::run_workers(const char* name,
                         const std::function<void(unsigned, Crew&, std::stop_token)>& body) {
    const unsigned count = options_.copiers.most;
    Crew crew(steering_.begin());
    Guarded<unsigned> running(count);
    workers_.clear();
    {
        // Whatever ends this, the workers use what lives here.
        struct Join {
            std::vector<std::unique_ptr<Thread>>& workers;
            ~Join() {
                for (const auto& worker : workers) worker->request_stop();
                for (const auto& worker : workers) worker->join();
            }
        };
        const Join join{workers_};
        for (unsigned number = 0; number < count; ++number) {
            workers_.push_back(thread(name, [&, number](std::stop_token stop) {
                struct Done {
                    Guarded<unsigned>& running;
                    ~Done() {
                        running.write([](unsigned& n) { --n; });
                    }
                };
                const Done done{running};
                body(number, crew, std::move(stop));
            }));
        }
        const auto over = [](unsigned n) { return n == 0; };
        while (!running.wait_for(ending_.get_token(), kLookPeriod, over) &&
               !ending_.stop_requested()) {
            const auto bound = static_cast<double>(options_.queue_bytes);
            const Ease ease =
                steering_.look(name, crew, static_cast<double>(queue_.bytes()) / bound);
            ranges_.set_aim(ease.chunk_time, ease.slice_time);
            ranges_.set_workers(crew.size());
            keep_statistics();
        }
    }
    for (const auto& worker : workers_) worker->rethrow();
    throw_if_stopped();
}

void Engine::keep_statistics() {
    // Replay fills the ghost as well. What it writes again counts twice; then it is early.
    const std::uint64_t rows = progress_.rows_copied + progress_.changes_written;
    if (statistics_.due(rows)) {
        with_control([&](mysql::Connection& control) { statistics_.refresh(control, rows); });
    }
    for (auto& ghost : further_) {
        if (!ghost.statistics.due(rows)) continue;
        with(ghost.connector, ghost.control,
             [&](mysql::Connection& control) { ghost.statistics.refresh(control, rows); });
    }
}

void Engine::retry_missing() {
    // R7: rows a chunk could not place because another unique key stood in the way, or that were
    // inserted after its read. At a later position most are there already.
    for (unsigned round = 1;; ++round) {
        catch_up();
        const auto again = ranges_.start_retry();
        if (again.empty()) return;
        if (round > kRetryRounds) {
            throw Refusal(fmt::format(
                "rows of {} do not fit into the new table: another unique key of it holds them "
                "back."
                " The first of them: {}. Remove the duplicates, or leave the unique key out of the"
                " ALTER",
                sql::quote(plan_.names.source), again.front().keys.substr(0, 1'000)));
        }
        progress_.stage = Stage::kRetrying;
        log::info("copying missing rows again round={} ranges={}", round, again.size());
        run_copiers();
    }
}

void Engine::finish_copy() {
    ranges_.set_finished(FinishedRanges::all(progress_.rows_copied));
}

void Engine::settle_held_rows() {
    for (unsigned round = 0; applier_.applied().copy().held_rows > 0; ++round) {
        if (round < kRetryRounds) {
            catch_up();
            continue;
        }
        stop_applier();
        std::string rows;
        for (const auto& row : applier_.describe_held(5)) rows += " " + row;
        throw Refusal(fmt::format(
            "rows of {} do not fit into the new table: a unique key that the ALTER adds holds them"
            " back:{}. Remove the duplicates, or leave the unique key out of the ALTER",
            sql::quote(plan_.names.source), rows));
    }
}

}  // namespace wisp::migrator
