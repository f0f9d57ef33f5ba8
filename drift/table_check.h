// SPDX-License-Identifier: Apache-2.0
// Table check: one table of the primary against the same table of some replicas. Workers take range
// after range and collect suspects; suspects are settled by proof. Any number of workers, each with
// a desk of its own; finish() when they are done.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

#include "base/guarded.h"
#include "drift/options.h"
#include "drift/report.h"
#include "drift/rows.h"
#include "drift/servers.h"
#include "drift/state_file.h"
#include "drift/subject.h"
#include "migrator/chunker.h"

namespace wisp::throttle {
class Throttler;
}

namespace wisp::drift {

/// The table on one replica, where its rows can be compared.
struct Counterpart {
    std::size_t replica = 0;  // of Servers
    std::string index;        // as View::index
    TableFinding found;       // what is known already: definition, notes
};

class TableCheck {
  public:
    /// `subject`, `servers` and `options` outlive it.
    TableCheck(const Subject& subject, const Servers& servers, const Options& options,
               std::vector<Counterpart> counterparts);

    /// Until no range is left, or stop. Reconnects when a connection is lost. Keeps its state in
    /// `file` now and then.
    void work(const std::stop_token& stop, const throttle::Throttler& throttler,
              std::unique_ptr<Desk>& desk, StateFile& file);
    /// Before work(): goes on where an interrupted run has left off.
    void resume(const TableState& state);
    /// Before work(), after resume(): so many workers share what is left.
    void expect(unsigned workers);
    /// How far it is now; nullopt if that is nothing to go on from. Any thread.
    [[nodiscard]] std::optional<TableState> state() const;
    /// Looks at these keys only, in finish(), instead of work().
    void suspect(std::size_t counterpart, const std::vector<Key>& keys);
    /// Settles what is left, with one desk.
    void finish(const std::stop_token& stop, std::unique_ptr<Desk>& desk);
    /// After finish().
    [[nodiscard]] std::vector<TableFinding> findings() const;
    [[nodiscard]] std::uint64_t rows() const;

  private:
    /// What the rows were compared by: the key, and the columns with their types.
    [[nodiscard]] std::string definition() const;

    struct State {
        migrator::Chunker chunker;
        std::uint64_t rows = 0;
        std::vector<TableFinding> found;  // by counterpart; rows are in `proven` until the end
        std::vector<std::map<Key, RowDrift>> proven;  // by counterpart
        std::vector<std::set<Key>> suspects;          // by counterpart
        std::vector<bool> closed;                // by counterpart: enough was found, or it failed
        std::vector<std::set<Key>> settling{};   // by counterpart: suspects that are looked at now
        std::map<std::uint64_t, Key> in_work{};  // ranges that are compared now: their `after`
        Key handed_out{};                        // the last range's `up_to`
    };
    void compare(Desk& desk, const migrator::Range& range, const std::stop_token& stop);
    void add_suspects(Desk& desk, std::size_t at, const migrator::Range& range);
    void settle(Desk& desk, std::size_t at, const std::stop_token& stop);
    [[nodiscard]] std::vector<Key> settle_all(Desk& desk, std::size_t at,
                                              const std::vector<Key>& keys,
                                              const std::stop_token& stop);
    [[nodiscard]] std::vector<Key> settle_some(Desk& desk, std::size_t at,
                                               const std::vector<Key>& keys,
                                               const std::stop_token& stop);
    void compare_as_a_whole(Desk& desk, std::size_t at, const std::stop_token& stop);
    void give_up(std::size_t at, const std::string& why);
    [[nodiscard]] bool closed(std::size_t at) const;
    [[nodiscard]] bool all_closed() const;
    [[nodiscard]] View primary_view(std::size_t at) const;
    [[nodiscard]] View replica_view(std::size_t at) const;
    template <typename Work>
    void with_desk(std::unique_ptr<Desk>& desk, const std::stop_token& stop, const Work& work);

    const Subject& subject_;
    const Servers& servers_;
    const Options& options_;
    std::vector<Counterpart> counterparts_;
    Guarded<State> state_;
};

}  // namespace wisp::drift
