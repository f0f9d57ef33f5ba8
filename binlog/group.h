// SPDX-License-Identifier: Apache-2.0
// Group: the transaction that is being read, from its GTID or BEGIN to its end, with its
// savepoints; and the rows of XA transactions that are prepared and not yet decided.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "binlog/change.h"
#include "binlog/row_store.h"

namespace wisp::binlog {

class Group {
  public:
    /// `make_store`: empty, or makes what the rows of each group are stored in.
    explicit Group(std::function<std::unique_ptr<RowStore>()> make_store = {})
        : make_store_(std::move(make_store)) {}

    /// True between groups.
    [[nodiscard]] bool idle() const { return !opened_ && !begun_; }
    /// True if statements do not end the group: a COMMIT, ROLLBACK, XID or XA PREPARE will.
    [[nodiscard]] bool begun() const { return begun_; }
    [[nodiscard]] bool has_content() const;

    void open(const std::string& gtid);  // a GTID event
    [[nodiscard]] const std::string& gtid() const { return building_.gtid; }
    /// The first of the group's events behind its GTID says when it began.
    void note_time(std::uint32_t timestamp) {
        if (building_.began == 0) building_.began = timestamp;
    }
    void begin() { begun_ = true; }

    /// Where parse_rows appends; the bytes it returns go to rows_added.
    [[nodiscard]] std::vector<Change>& changes() { return building_.changes; }
    void rows_added(std::size_t bytes);
    [[nodiscard]] bool has_rows() const { return !building_.changes.empty() || building_.stored; }
    void add(Statement statement);

    void savepoint(std::string_view name);
    void release(std::string_view name);
    /// False: no such savepoint.
    [[nodiscard]] bool rollback_to(std::string_view name);
    /// The group is being rolled back: its rows never were. Statements stay: what MySQL logs in
    /// such a group may have touched tables that cannot roll back.
    void drop_changes();

    /// XA PREPARE: takes the content of the group, which began at `start`, away to wait for the
    /// decision.
    void hold(const std::string& xid, const Position& start);
    /// XA COMMIT: the held content becomes this group's; unknown xids are noted as unseen.
    void commit_held(const std::string& xid);
    /// XA ROLLBACK.
    void drop_held(const std::string& xid) { held_.erase(xid); }
    [[nodiscard]] bool holds(const std::string& xid) const { return held_.contains(xid); }
    /// Start of the oldest group that waits for its decision; empty if none does.
    [[nodiscard]] Position undecided_from() const;

    /// The finished transaction; the group is idle afterwards.
    [[nodiscard]] Transaction take();
    /// Forgets the group, not what is held.
    void reset();

  private:
    struct Savepoint {
        std::string name;  // folded
        std::size_t changes = 0;
        std::size_t bytes = 0;
        std::uint64_t stored = 0;  // the store's mark
    };
    struct Held {
        std::vector<Change> changes;
        std::vector<Statement> statements;
        std::size_t bytes = 0;
        std::shared_ptr<RowStore> stored;
        Position start;
    };

    std::function<std::unique_ptr<RowStore>()> make_store_;
    bool opened_ = false;
    bool begun_ = false;
    Transaction building_;
    std::vector<Savepoint> savepoints_;
    std::unordered_map<std::string, Held> held_;
};

}  // namespace wisp::binlog
