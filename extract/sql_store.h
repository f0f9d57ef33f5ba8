// SPDX-License-Identifier: Apache-2.0
// SqlStore: the rows of an open transaction, kept as SQL until it is decided whether they ever
// were. Written at once when they come, so that no image must be kept; beyond a limit in a file.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "binlog/row_store.h"
#include "extract/filter.h"
#include "extract/row_sql.h"
#include "extract/scripts.h"
#include "extract/table_shape.h"

namespace wisp::extract {

/// What all transactions share: how to write each table's rows, and where.
class SqlWriter {
  public:
    SqlWriter(const Filter& filter, Direction direction, Catalogue catalogue, Scripts& scripts,
              SpoolOptions spool)
        : filter_(filter),
          direction_(direction),
          catalogue_(std::move(catalogue)),
          scripts_(scripts),
          spool_(std::move(spool)),
          rows_(direction) {}

    struct Table {
        std::shared_ptr<const binlog::TableMap> map;
        TableShape shape;
        Script* script = nullptr;
    };
    [[nodiscard]] const Table& table_of(const std::shared_ptr<const binlog::TableMap>& map);
    /// What splitting rows needs to know, before there is a row.
    [[nodiscard]] std::vector<binlog::ColumnHint> hints_of(const binlog::TableMap& map);
    /// A table that the statement changes and whose columns are named as the catalogue has them
    /// now; null: none.
    [[nodiscard]] const Table* renamed_by(const binlog::Statement& statement) const;
    [[nodiscard]] const Filter& filter() const { return filter_; }
    [[nodiscard]] Direction direction() const { return direction_; }
    [[nodiscard]] RowSql& rows() { return rows_; }
    /// An empty spool; given back, its memory serves the next transaction.
    [[nodiscard]] std::unique_ptr<Spool> take_spool();
    void give_back(std::unique_ptr<Spool> spool);

  private:
    [[nodiscard]] Table& known(const binlog::TableMap& map);

    const Filter& filter_;
    Direction direction_;
    Catalogue catalogue_;
    Scripts& scripts_;
    SpoolOptions spool_;
    std::vector<std::unique_ptr<Spool>> spare_;
    RowSql rows_;
    std::unordered_map<std::string, Table> tables_;  // by "schema\0table"
    const Table* last_ = nullptr;
};

class SqlStore : public binlog::RowStore {
  public:
    explicit SqlStore(SqlWriter& writer) : writer_(writer) {}
    SqlStore(const SqlStore&) = delete;
    SqlStore& operator=(const SqlStore&) = delete;
    ~SqlStore() override;

    void add(std::span<const binlog::Change> changes) override;
    [[nodiscard]] std::uint64_t mark() override;
    void cut(std::uint64_t mark) override;

    /// The transaction is committed: hands its statements to their scripts.
    /// False: there were none.
    [[nodiscard]] bool deliver(const binlog::Transaction& transaction);

  private:
    struct Part {
        Script* script;
        std::unique_ptr<Spool> rows;
        bool no_foreign_keys = false;
    };
    [[nodiscard]] Part& part_of(Script* script);

    SqlWriter& writer_;
    std::vector<Part> parts_;
    std::vector<std::vector<std::uint64_t>> marks_;  // sizes of the parts at each mark
};

}  // namespace wisp::extract
