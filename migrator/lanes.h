// SPDX-License-Identifier: Apache-2.0
// Lanes: the connections that batches are written over. A large batch is cut into pieces, one a
// lane: first its deletes, and when all of these have committed, its rows. write() returns when
// every lane has committed, so batches do not overlap in time (R6). Used by the applier's thread,
// which starts one thread a piece.
#pragma once

#include <cstddef>
#include <exception>
#include <memory>
#include <stop_token>
#include <vector>

#include "base/thread.h"
#include "migrator/batch_writer.h"
#include "mysql/connector.h"

namespace wisp::migrator {

class Lanes {
  public:
    /// `abort` breaks every statement. Connections are made when they are needed.
    Lanes(const mysql::Connector& connector, const Plan& plan, const BatchWriter& writer,
          unsigned count, std::stop_token abort);
    Lanes(const Lanes&) = delete;
    Lanes& operator=(const Lanes&) = delete;
    ~Lanes();

    /// The first lane's connection (autocommit = 0), made if there is none; null: stopped.
    [[nodiscard]] mysql::Connection* first(const std::stop_token& stop);

    /// Writes and commits a batch. Returns the rows that are held back (batch_writer.h). Throws
    /// what a lane threw when all have ended: some pieces may be in the ghost then, so the same
    /// batch must be written again before any other. `one_lane` is set in it.
    [[nodiscard]] HeldRows write(const std::shared_ptr<PendingBatch>& pending);

    /// To be called after an error: a connection that was lost is replaced, and its session is dead
    /// on the server when this returns. Throws mysql::Error if that cannot be reached.
    void mend();

  private:
    struct Lane {
        explicit Lane(const BatchWriter& model) : writer(model) {}
        void await();  // the end of its piece; throws what ended it

        BatchWriter writer;
        std::unique_ptr<mysql::Connection> connection;
        std::unique_ptr<Thread> thread;
    };

    [[nodiscard]] bool worth_several(const PendingBatch& pending) const;
    void open(std::size_t count);
    void write_pieces(const std::shared_ptr<PendingBatch>& pending, const Piece& all);
    void barrier();

    const mysql::Connector& connector_;
    const Plan& plan_;
    std::stop_token abort_;
    std::vector<std::unique_ptr<Lane>> lanes_;
};

/// Of two failures, either of which may be none, the one that the caller must know: what cannot be
/// tried again before what can.
[[nodiscard]] std::exception_ptr worse(std::exception_ptr a, std::exception_ptr b);

/// `whole` in `count` pieces of neighbouring keys.
[[nodiscard]] std::vector<Piece> cut(const Piece& whole, std::size_t count);

}  // namespace wisp::migrator
