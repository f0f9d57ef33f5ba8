// SPDX-License-Identifier: Apache-2.0
// RowSql: the changes of one rows event as statements, forward or backward: what was inserted is
// deleted, what was deleted inserted, updates go from after to before. One thread; keeps buffers.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "binlog/change.h"
#include "binlog/value_decoder.h"
#include "extract/table_shape.h"

namespace wisp::extract {

enum class Direction : std::uint8_t { kForward, kBackward };

class RowSql {
  public:
    explicit RowSql(Direction direction) : direction_(direction) {}

    /// Appends the statements of these changes, all of one event, to `out`, in the order in which
    /// they were made, and calls `end_of_statement` behind each. Throws std::runtime_error where
    /// the log lacks what the statement needs.
    void append(std::span<const binlog::Change> changes, const TableShape& shape, std::string& out,
                const std::function<void()>& end_of_statement);

  private:
    struct Image {
        const std::vector<bool>* present = nullptr;
        std::vector<bool> both;  // of an update: what either of its images tells
        binlog::DecodedRow row;
        [[nodiscard]] bool has(std::size_t i) const { return i < present->size() && (*present)[i]; }
    };

    void read(const binlog::Change& change, bool after, const TableShape& shape, Image& image);
    void append_inserts(std::span<const binlog::Change> changes, const TableShape& shape,
                        std::string& out, const std::function<void()>& end_of_statement);
    void append_insert_head(const TableShape& shape, const Image& image, std::string& out) const;
    void append_row(const TableShape& shape, const Image& image, std::string& out);
    void append_update(const TableShape& shape, std::string& out);
    void append_delete(const TableShape& shape, std::string& out);
    void append_changed_documents(const TableShape& shape, std::string& out) const;
    static void append_where(const TableShape& shape, const Image& image, std::string& out);
    [[nodiscard]] static bool whole(const TableShape& shape, const Image& image);
    /// False: rows that differ in what the image leaves out could be taken for this one.
    [[nodiscard]] static bool keyed(const TableShape& shape, const Image& image);
    [[nodiscard]] bool lax(const TableShape& shape, const Image& image) const;

    Direction direction_;
    Image old_;  // the row as the statement finds it
    Image new_;  // the row as it leaves it
};

}  // namespace wisp::extract
