// SPDX-License-Identifier: Apache-2.0
#include "migrator/estimate/write_rate.h"

#include <memory>
#include <vector>

#include "binlog/row_store.h"
#include "sql/statement_scan.h"

namespace wisp::migrator {
namespace {

struct Counts {
    std::uint64_t rows = 0;
    std::uint64_t bytes = 0;
};

/// Rows of one open transaction: counted, so that a large one needs no memory.
class Tally : public binlog::RowStore {
  public:
    void add(std::span<const binlog::Change> changes) override {
        if (changes.empty()) return;
        counts_.rows += changes.size();
        counts_.bytes += changes.front().block->bytes.size();
    }
    [[nodiscard]] std::uint64_t mark() override {
        marks_.push_back(counts_);
        return marks_.size();
    }
    void cut(std::uint64_t mark) override { counts_ = mark == 0 ? Counts{} : marks_[mark - 1]; }
    [[nodiscard]] const Counts& counts() const { return counts_; }

  private:
    Counts counts_;
    std::vector<Counts> marks_;
};

binlog::DecoderOptions decoder_options(const sql::Table& source) {
    binlog::DecoderOptions options;
    options.tables.watches = [name = source.name](std::string_view schema, std::string_view table) {
        return schema == name.schema && table == name.table;
    };
    // Of before an ALTER the log may have other columns, for which there are no hints.
    options.tables.hints = [hints = binlog::column_hints(source)](const binlog::TableMap& map) {
        return map.columns.size() == hints.size() ? hints : std::vector<binlog::ColumnHint>{};
    };
    options.make_store = [] { return std::make_unique<Tally>(); };
    return options;
}

void count(WriteRate& rate, const binlog::Transaction& transaction, const sql::TableName& source) {
    for (const auto& statement : transaction.statements) {
        if (sql::writes_rows(sql::statement_verb(statement.text)) &&
            sql::mentions(statement.text, statement.schema, source)) {
            ++rate.statements;
        }
    }
    if (!transaction.stored) return;
    const Counts& counts = static_cast<const Tally&>(*transaction.stored).counts();
    if (counts.rows == 0) return;
    ++rate.transactions;
    rate.rows += counts.rows;
    rate.bytes += counts.bytes;
}

}  // namespace

WriteRate measure_writes(const mysql::Endpoint& stream, const sql::Table& source,
                         const binlog::TailLimits& limits, const std::stop_token& stop) {
    WriteRate rate;
    try {
        const binlog::Tail tail = binlog::read_tail(
            stream, limits, decoder_options(source), stop,
            [&](const binlog::Transaction& one) { count(rate, one, source.name); });
        rate.seconds = static_cast<double>(tail.seconds());
        rate.listened = tail.listened;
        rate.log_bytes = tail.bytes;
        if (tail.seconds() <= 0) rate.unknown = "it was begun just now";
    } catch (const std::exception& error) {
        rate.unknown = error.what();
    }
    return rate;
}

}  // namespace wisp::migrator
