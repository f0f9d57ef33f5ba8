// SPDX-License-Identifier: Apache-2.0
// Row reader: row images of the source table → key identity, key condition, VALUES tuple.
// One object per thread; it reuses its buffers.
#pragma once

#include <string>

#include "binlog/change.h"
#include "binlog/value_decoder.h"
#include "migrator/plan.h"

namespace wisp::migrator {

class RowReader {
  public:
    explicit RowReader(const Plan& plan);

    /// Bytes that are equal for two images if and only if their keys are the same bytes. Not the
    /// server's equality: 'a' and 'A' differ here (docs/copy-and-apply.md says why that is right).
    /// Sorted by these bytes, keys stand about as they do in the index; nothing relies on that.
    [[nodiscard]] std::string identity(const binlog::Change& change, bool before);
    /// verify/key_name.h
    [[nodiscard]] std::string key_name(const binlog::Change& change, bool before);
    /// Condition on the ghost's key columns that finds the row as the server compares keys.
    [[nodiscard]] std::string condition(const binlog::Change& change, bool before);
    /// The same, and the key's bytes must be these very ones: never hits another spelling of the
    /// key.
    [[nodiscard]] std::string exact_condition(const binlog::Change& change, bool before);
    /// For keys of one column: the literal alone, for an IN list.
    [[nodiscard]] std::string single_key(const binlog::Change& change, bool before);

    /// Appends "(v, …)" for the mapped columns, then the filled ones. Returns the ghost's columns
    /// whose values only a lenient session can write again (the ENUM error value).
    [[nodiscard]] std::vector<std::string> append_tuple(const binlog::Change& change,
                                                        std::string& out);

    /// Condition on the source's key columns that finds the row after the change there.
    [[nodiscard]] std::string source_condition(const binlog::Change& change);

    /// Throws Refusal unless the images are of the table's columns and tell the key (R8).
    void require_key(const binlog::Change& change) const;
    /// False if a column that is to be written is not in the images of an insert or update.
    [[nodiscard]] bool knows_row(const binlog::Change& change) const;

  private:
    void decode(const binlog::Change& change, bool before, std::size_t last_column);
    [[nodiscard]] std::string literal_of(const MappedColumn& column) const;
    [[nodiscard]] std::string conditions(bool exact) const;

    const Plan& plan_;
    std::size_t last_key_column_ = 0;
    binlog::DecodedRow row_;
};

}  // namespace wisp::migrator
