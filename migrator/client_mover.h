// SPDX-License-Identifier: Apache-2.0
// ClientMover: rows are read over a connection of its own, which may lead to another server, and
// written as literals, as replay writes them, to one ghost or to several on as many servers.
// Whatever a result set shows inexactly is asked for in another form.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "migrator/further_ghosts.h"
#include "migrator/row_mover.h"
#include "mysql/connector.h"
#include "sql/value.h"

namespace wisp::mysql {
class Row;
}

namespace wisp::migrator {

class ClientMover : public RowMover {
  public:
    /// `source`: where the rows are read. `further`: where they are written as well.
    ClientMover(const Plan& plan, mysql::Connector source,
                const std::vector<mysql::Connector>& further = {});
    mysql::Connection& reader(mysql::Connection& connection, const std::stop_token& stop) override;
    void remove(mysql::Connection& connection, const std::string& condition,
                const std::stop_token& stop) override;
    Moved move(mysql::Connection& connection, const Range& range, const Proof& prove = {},
               const std::stop_token& stop = {}) override;

  private:
    struct Page;
    using Ghosts = std::vector<mysql::Connection*>;
    /// Over a session of every ghost. When this throws, none of them that was lost is at work.
    void on_ghosts(mysql::Connection& connection, const std::stop_token& stop,
                   const std::function<void(const Ghosts&)>& work);
    void copy(const Ghosts& ghosts, const Range& range, Moved& moved, const std::stop_token& stop);
    [[nodiscard]] mysql::Connection& reader(const std::stop_token& stop);
    [[nodiscard]] Page read(const std::string& condition, const std::stop_token& stop);
    std::uint64_t write(mysql::Connection& connection, const Page& page) const;
    void find_missing(mysql::Connection& connection, const Page& page, Moved& moved) const;

    const Plan& plan_;
    const mysql::Connector source_;
    std::unique_ptr<mysql::Connection> reader_;  // made when first needed
    FurtherGhosts further_;
    std::string select_;  // SELECT … FROM source FORCE INDEX (…) WHERE
    std::string order_;   // ORDER BY … LIMIT
    std::string insert_;  // INSERT INTO ghost (…) VALUES
    std::string tail_;    // ON DUPLICATE KEY UPDATE k = k
    bool other_unique_keys_ = false;
    std::size_t page_rows_ = 100;  // of the next page
};

/// An expression that is 0 for a JSON document with a value that JSON text has no form for: a
/// DECIMAL, a date, bytes.
[[nodiscard]] std::string json_is_plain(const sql::Column& column);
/// The expression that shows a column exactly, in a session whose results are not converted
/// (character_set_results NULL).
[[nodiscard]] std::string exact_expression(const sql::Column& column);
/// What such a cell holds, as the binlog's row image would give it; nullopt is NULL. `bytes` of
/// the value are a view into `cell`.
[[nodiscard]] sql::Value exact_value(const sql::Column& column,
                                     const std::optional<std::string_view>& cell);

}  // namespace wisp::migrator
