// SPDX-License-Identifier: Apache-2.0
// RemoteComparison: compares source and ghost where they are on two servers and of one definition.
// A digest of the range is made on either side, of every ghost if there are several; where they
// differ, a digest of each row, and then the columns. The digest is of exact forms: bytes of text,
// all digits of a FLOAT. One object for one connection at a time.
#pragma once

#include <memory>

#include "migrator/further_ghosts.h"
#include "migrator/verify/comparison.h"
#include "mysql/connector.h"

namespace wisp::migrator {

class RemoteComparison : public RowComparison {
  public:
    /// `source`: where the source is read. `further`: where there are ghosts as well.
    RemoteComparison(const Plan& plan, mysql::Connector source,
                     const std::vector<mysql::Connector>& further = {});

    void prepare(mysql::Connection& /*connection*/,
                 const sql::TableName& /*ghost*/) const override {}
    mysql::Connection& reader(mysql::Connection& connection,
                              const std::stop_token& stop) const override;
    [[nodiscard]] std::vector<mysql::Connection*> further() const override {
        return further_.open();
    }
    [[nodiscard]] bool equal(mysql::Connection& connection, const Scope& scope,
                             std::uint64_t& rows) const override;
    [[nodiscard]] std::vector<Difference> differences(mysql::Connection& connection,
                                                      const Scope& scope,
                                                      std::size_t limit) const override;

  private:
    struct Row;
    using Rows = std::vector<Row>;
    using Ghosts = std::vector<mysql::Connection*>;
    [[nodiscard]] Ghosts ghosts(mysql::Connection& connection) const;
    [[nodiscard]] std::vector<Difference> differences(const Rows& source, mysql::Connection& ghost,
                                                      const Scope& scope, std::size_t limit) const;
    [[nodiscard]] Rows digests(mysql::Connection& connection, const sql::TableName& table,
                               const std::string& condition) const;
    void name_columns(mysql::Connection& connection, Difference& difference) const;

    const Plan& plan_;
    const mysql::Connector source_;
    mutable std::unique_ptr<mysql::Connection> reader_;
    mutable FurtherGhosts further_;
    std::vector<std::string> forms_;  // one exact expression a column
    std::string row_digest_;
};

}  // namespace wisp::migrator
