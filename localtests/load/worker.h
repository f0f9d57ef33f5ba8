// SPDX-License-Identifier: Apache-2.0
// Worker: one connection that runs transactions of a load file until told to stop. Each statement
// runs on the table and then, in the same transaction, on the oracle table, so row locks order both
// alike and both commit together. Any error gives the whole transaction up and the worker goes on.
#pragma once

#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "localtests/load/script.h"
#include "localtests/load/tally.h"
#include "mysql/connection.h"

namespace wisp::load {

struct Target {
    mysql::Endpoint endpoint;
    std::string database;
    std::string table;   // quoted
    std::string oracle;  // quoted; empty: the load runs on the table alone
};

class Worker {
  public:
    /// `script` and `target` must outlive the worker. `rate` in transactions a second, 0 = no
    /// limit.
    Worker(const Script& script, const Target& target, unsigned number, std::uint64_t seed,
           double rate);

    /// Runs until stop; throws only for what makes the load pointless, e.g. a bad placeholder.
    void run(std::stop_token stop);
    /// After run() has ended.
    [[nodiscard]] const Tally& tally() const { return tally_; }

  private:
    void connect();
    void transaction(const Block& block, std::stop_token stop);
    void begin(const Block& block);
    /// False: table and oracle differ, the transaction must be given up.
    bool twin(const std::string& statement, Tally& changes);
    void finish(const Block& block, std::stop_token stop);
    void give_up();
    void prepare_xa();
    [[nodiscard]] mysql::Executed timed(const std::string& sql);

    const Script& script_;
    const Target& target_;
    unsigned number_;
    double rate_;
    Random random_;
    std::optional<mysql::Connection> connection_;
    std::string xid_;         // of the XA transaction that is open, else empty
    bool xa_active_ = false;  // before XA END
    bool commits_ = true;     // what finish() has decided
    std::uint64_t xa_number_ = 0;
    Tally tally_;
};

}  // namespace wisp::load
