// SPDX-License-Identifier: Apache-2.0
// The engine's checkpoints: written by a thread of their own, whatever holds copy and replay; when
// something changes that the next checkpoint must know at once; and when the run ends. What is
// written is true for good: a range stays finished, what is applied stays applied. So it does not
// matter how old it is when it is used, as long as the binlog is there.
#include <utility>

#include "base/fault.h"
#include "base/log.h"
#include "migrator/engine.h"
#include "mysql/connection.h"
#include "mysql/error.h"

namespace wisp::migrator {

Reached Engine::reached() const {
    const Applied applied = applier_.applied().copy();
    const FinishedRanges finished = ranges_.finished();
    const FinishedRanges verified = verified_.copy();
    const bool ahead = fault::rule_off("R12");
    return {ahead ? streamer_.snapshot().completed : applied.resumable,
            applied.gtid,
            finished.spans(),
            finished.rows(),
            verified.spans(),
            verified.rows(),
            true,
            false};
}

void Engine::save_checkpoint(mysql::Connection& connection, bool swapped) {
    const std::lock_guard lock(saving_);
    Reached now = reached();
    now.swapped = swapped;
    method_.save(connection, now);
    if (std::exchange(saved_position_, now.position) < now.position) {
        progress_.checkpoint_moved = now_microseconds();
    }
    log::info("checkpoint position={} finished_ranges={} rows={} rows_verified={}{}",
              now.position.text(), now.finished.size(), now.rows, now.rows_verified,
              swapped ? " swapped" : "");
    fault::point(now.finished.empty() ? "checkpoint.first" : "checkpoint.written");
}

void Engine::begin_checkpoints() {
    if (!method_.save) return;
    // Not before: XA transactions that were prepared before the start are decided now.
    checkpoint_now();
    began_checkpoints_ = true;
    checkpoint_thread_ =
        thread("checkpoint", [this](std::stop_token stop) { write_checkpoints(stop); });
}

void Engine::write_checkpoints(const std::stop_token& stop) {
    std::unique_ptr<mysql::Connection> connection;
    while (pause(stop, options_.checkpoint_every)) {
        try {
            if (!connection || !connection->usable()) {
                connection = connector_.connect_with_retry(stop);
            }
            const std::stop_callback cancel(stop, [&] { connection->cancel(); });
            save_checkpoint(*connection, false);
        } catch (const mysql::Error& error) {
            if (stop.stop_requested()) return;
            log::warn("no checkpoint was written, the one before still counts: {}", error.what());
        }
    }
}

void Engine::checkpoint_now() {
    if (!method_.save) return;
    with_control([this](mysql::Connection& control) { save_checkpoint(control, false); });
}

void Engine::last_checkpoint(bool swapped) {
    if (!began_checkpoints_) return;
    try {
        save_checkpoint(*connector_.connect(), swapped);
    } catch (const mysql::Error& error) {
        log::warn("the last checkpoint could not be written, the one before counts: {}",
                  error.what());
    }
}

}  // namespace wisp::migrator
