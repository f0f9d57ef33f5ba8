// SPDX-License-Identifier: Apache-2.0
// Signs: how a run knows what is visible on the server that it reads, and how far the applier is.
// Either by what we write to the changelog there, or, where nothing may be written, by the server's
// own positions and GTIDs. docs/copy-and-apply.md has the argument for both (R2, Verification). Any
// thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/guarded.h"
#include "binlog/position.h"
#include "sql/table_def.h"

namespace wisp::mysql {
class Connection;
}

namespace wisp::migrator {

/// A moment in the source's binlog.
struct Mark {
    std::uint64_t number = 0;   // written to the changelog
    binlog::Position position;  // or: where the binlog ended
};

/// What everybody may know of the applier's position.
struct Applied {
    std::uint64_t marker = 0;   // everything before this marker is in the ghost
    std::size_t held_rows = 0;  // rows that another unique key of the ghost holds back
    binlog::Position position;  // everything before it is in the ghost
    bool held = false;          // the next transaction is one that Applier::hold_at() holds
    /// Where a run that has nothing of this one's memory must begin to replay: as `position`, but
    /// not behind a row that is held back, a delete that is still to be repeated, or the rows of an
    /// XA transaction that is not decided.
    binlog::Position resumable;
    std::string gtid;  // the last that was seen; empty without GTIDs
};

class Signs {
  public:
    virtual ~Signs() = default;

    /// Where the stream starts: everything before it is visible after the first mark has passed, or
    /// already.
    [[nodiscard]] virtual binlog::Position start(mysql::Connection& source) = 0;
    /// Everything that the binlog held before the call lies before the mark.
    [[nodiscard]] virtual Mark mark(mysql::Connection& source) = 0;
    /// True if the applier is behind the mark.
    [[nodiscard]] virtual bool passed(const Mark& mark, const Applied& applied) const = 0;
    /// R2: returns when everything delivered so far is visible to whoever reads on this server from
    /// now on. `reader` and `count` name the call. Throws mysql::Error.
    virtual void prove_visible(mysql::Connection& source, unsigned reader, std::uint64_t count,
                               const std::stop_token& stop) = 0;
    /// Every now and then.
    virtual void beat(mysql::Connection& source) = 0;
    /// Transactions up to here, this one the last, are on their way to the applier. Streamer
    /// thread.
    virtual void delivered(const binlog::Position& end, const std::string& gtid) = 0;
    /// Our own table, to be followed beside the source; none if nothing is written.
    [[nodiscard]] virtual std::optional<sql::TableName> changelog() const = 0;
};

class ChangelogSigns : public Signs {
  public:
    /// `above`: above every marker that an earlier run may have written; see server_clock(). 0: the
    /// clock of this machine.
    explicit ChangelogSigns(sql::TableName changelog, std::uint64_t above = 0);

    [[nodiscard]] binlog::Position start(mysql::Connection& source) override;
    [[nodiscard]] Mark mark(mysql::Connection& source) override;
    [[nodiscard]] bool passed(const Mark& mark, const Applied& applied) const override;
    void prove_visible(mysql::Connection& source, unsigned reader, std::uint64_t count,
                       const std::stop_token& stop) override;
    void beat(mysql::Connection& source) override;
    void delivered(const binlog::Position& /*end*/, const std::string& /*gtid*/) override {}
    [[nodiscard]] std::optional<sql::TableName> changelog() const override { return changelog_; }

  private:
    const sql::TableName changelog_;
    /// Above every marker of an earlier run: its rows may still be on their way through a lagging
    /// replica and must not pass for ours.
    std::atomic<std::uint64_t> last_;
};

/// Microseconds on the server's clock: markers of runs from machines whose clocks differ have one
/// order by it. Throws mysql::Error.
[[nodiscard]] std::uint64_t server_clock(mysql::Connection& server);

/// Writes nothing. MySQL needs GTIDs that tell what is visible (F3, 5.7); MariaDB shows what a
/// snapshot can see (F6).
class PositionSigns : public Signs {
  public:
    [[nodiscard]] binlog::Position start(mysql::Connection& source) override;
    [[nodiscard]] Mark mark(mysql::Connection& source) override;
    [[nodiscard]] bool passed(const Mark& mark, const Applied& applied) const override;
    void prove_visible(mysql::Connection& source, unsigned reader, std::uint64_t count,
                       const std::stop_token& stop) override;
    void beat(mysql::Connection& /*source*/) override {}
    void delivered(const binlog::Position& end, const std::string& gtid) override;
    [[nodiscard]] std::optional<sql::TableName> changelog() const override { return std::nullopt; }

  private:
    struct Delivered {
        binlog::Position end;
        std::string gtid;  // of the last transaction; empty before the first
    };
    Guarded<Delivered> delivered_;
};

}  // namespace wisp::migrator
