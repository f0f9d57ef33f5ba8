// SPDX-License-Identifier: Apache-2.0
// Comparison: the statements that compare source and ghost row by row inside the server, after the
// ALTER's own conversion. A column whose type converts without a change of value is compared with
// an expression; if there is another one, the source's rows first go through the very INSERT …
// SELECT of the copy into a temporary table. One object for one connection at a time.
#pragma once

#include <cstddef>
#include <stop_token>
#include <string>
#include <vector>

#include "migrator/chunker.h"
#include "migrator/plan.h"

namespace wisp::migrator {

/// One key under which the tables differ.
struct Difference {
    std::vector<std::string> key;  // literals, in the order of the key's columns
    std::string name;              // key_name()
    std::string what;              // "differs in `a`, `b`", "is missing in the new table", …
};

/// What is compared: the same rows, as a condition on either side.
struct Scope {
    std::string source;
    std::string ghost;
};
[[nodiscard]] Scope scope_of(const Plan& plan, const Range& range);
/// At most a few hundred keys: the servers' optimizers take their time over long lists.
[[nodiscard]] Scope scope_of(const Plan& plan, const std::vector<Difference>& keys,
                             std::size_t first, std::size_t count);

/// What a verifier asks. `connection` leads to the ghost.
class RowComparison {
  public:
    virtual ~RowComparison() = default;
    /// Once on every new connection, in autocommit. Throws Refusal if a temporary table is needed
    /// and not allowed.
    virtual void prepare(mysql::Connection& connection, const sql::TableName& ghost) const = 0;
    /// The connection over which the source is read, made if need be.
    virtual mysql::Connection& reader(mysql::Connection& connection,
                                      const std::stop_token& stop) const = 0;
    /// What reader() has connected besides; valid until the next reader(). Another thread may
    /// cancel them.
    [[nodiscard]] virtual std::vector<mysql::Connection*> further() const { return {}; }
    /// True if both sides hold the same rows. `rows`: rows of the source, added.
    [[nodiscard]] virtual bool equal(mysql::Connection& connection, const Scope& scope,
                                     std::uint64_t& rows) const = 0;
    /// The keys that differ now; ends once there are more than `limit`.
    [[nodiscard]] virtual std::vector<Difference> differences(mysql::Connection& connection,
                                                              const Scope& scope,
                                                              std::size_t limit) const = 0;
};

/// Inside one server: both sides are read at one instant (converted rows: the ghost later).
class Comparison : public RowComparison {
  public:
    explicit Comparison(const Plan& plan);

    void prepare(mysql::Connection& connection, const sql::TableName& ghost) const override;
    mysql::Connection& reader(mysql::Connection& connection,
                              const std::stop_token& /*stop*/) const override {
        return connection;
    }
    [[nodiscard]] bool equal(mysql::Connection& connection, const Scope& scope,
                             std::uint64_t& rows) const override;
    /// The same under the write locks of both tables, where no table may be named twice.
    [[nodiscard]] bool equal_under_lock(mysql::Connection& connection, const Scope& scope,
                                        const sql::TableName& ghost) const;
    [[nodiscard]] std::vector<Difference> differences(mysql::Connection& connection,
                                                      const Scope& scope,
                                                      std::size_t limit) const override;
    /// The source's rows go through a temporary table.
    [[nodiscard]] bool converts() const { return converts_; }
    /// Rows that only the ghost has can be found. Not if the ALTER changes the key's collation, and
    /// with it the order of the keys.
    [[nodiscard]] bool finds_extra_rows() const { return finds_extra_; }

  private:
    struct Sums {
        std::uint64_t source = 0;   // rows
        bool same = false;          // the ghost has each of them, and none differs
        std::uint64_t counted = 0;  // what `counting` says
    };
    /// `counting`: a SELECT to be answered in the same view; may be empty.
    [[nodiscard]] Sums compare(mysql::Connection& connection, const Scope& scope,
                               const sql::TableName& ghost, const std::string& counting) const;
    [[nodiscard]] std::string joined(const Scope& scope, const sql::TableName& ghost) const;
    [[nodiscard]] std::string any_difference(const std::string& ghost) const;
    [[nodiscard]] std::string count(const Scope& scope, const sql::TableName& ghost) const;
    /// One page of rows that differ or are missing, of rows that only the ghost has; in key order.
    [[nodiscard]] std::vector<Difference> differing(mysql::Connection& connection,
                                                    const Scope& scope) const;
    [[nodiscard]] std::vector<Difference> extra(mysql::Connection& connection,
                                                const Scope& scope) const;
    void fill(mysql::Connection& connection, const Scope& scope) const;

    const Plan& plan_;
    std::vector<const MappedColumn*> compared_;
    bool converts_ = false;
    bool finds_extra_ = true;
    std::string source_columns_;
    std::string source_key_;  // quoted names of the indexes
    std::string ghost_key_;
};

}  // namespace wisp::migrator
