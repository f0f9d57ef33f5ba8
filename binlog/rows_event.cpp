// SPDX-License-Identifier: Apache-2.0
// MySQL: libs/mysql/binlog/event/rows_event.cpp Rows_event (9.x); MariaDB: sql/log_event.cc
// Rows_log_event, row_log_event_uncompress (10.11).
#include "binlog/rows_event.h"

#include <utility>

#include <fmt/format.h>

#include "binlog/json_diff.h"
#include "binlog/unpack.h"

namespace wisp::binlog {

namespace {

constexpr std::size_t kOldFixedSize = 6;
constexpr std::uint16_t kFlagEndsStatement = 1;  // STMT_END_F

struct Form {
    ChangeKind kind = ChangeKind::kInsert;
    bool extra_data = false;  // version 2: a block with its own length
    bool compressed = false;  // MariaDB: zlib from the first row on
    bool json_diffs = false;  // MySQL: after images start with what is partial in them
};

Form form_of(EventType type) {
    switch (type) {
        case EventType::kWriteRowsV1:
            return {ChangeKind::kInsert, false, false};
        case EventType::kUpdateRowsV1:
            return {ChangeKind::kUpdate, false, false};
        case EventType::kDeleteRowsV1:
            return {ChangeKind::kDelete, false, false};
        case EventType::kWriteRows:
            return {ChangeKind::kInsert, true, false};
        case EventType::kUpdateRows:
            return {ChangeKind::kUpdate, true, false};
        case EventType::kDeleteRows:
            return {ChangeKind::kDelete, true, false};
        case EventType::kPartialUpdateRows:
            return {ChangeKind::kUpdate, true, false, true};
        case EventType::kWriteRowsCompressedV1:
            return {ChangeKind::kInsert, false, true};
        case EventType::kUpdateRowsCompressedV1:
            return {ChangeKind::kUpdate, false, true};
        case EventType::kDeleteRowsCompressedV1:
            return {ChangeKind::kDelete, false, true};
        case EventType::kWriteRowsCompressed:
            return {ChangeKind::kInsert, true, true};
        case EventType::kUpdateRowsCompressed:
            return {ChangeKind::kUpdate, true, true};
        default:
            return {ChangeKind::kDelete, true, true};
    }
}

RowsHead read_head(ByteReader& in, std::size_t fixed_size) {
    RowsHead head;
    head.table_id = in.le(fixed_size == kOldFixedSize ? 4 : 6);
    head.flags = in.u16();
    head.ends_statement = (head.flags & kFlagEndsStatement) != 0;
    return head;
}

std::vector<bool> read_bitmap(ByteReader& in, std::size_t columns) {
    const Bytes raw = in.take((columns + 7) / 8);
    std::vector<bool> bits(columns, false);
    for (std::size_t i = 0; i < columns && !raw.empty(); ++i)
        bits[i] = (raw[i / 8] & 1U << i % 8) != 0;
    return bits;
}

std::size_t count_of(const std::vector<bool>& bits) {
    std::size_t count = 0;
    for (const bool bit : bits) count += bit ? 1 : 0;
    return count;
}

/// Steps over one image: a null bit for each present column, then the values that are not NULL.
void skip_image(ByteReader& in, const TableMap& table, const std::vector<bool>& present,
                std::size_t present_count, std::span<const ColumnHint> hints) {
    static constexpr ColumnHint kNoHint{};
    const Bytes nulls = in.take((present_count + 7) / 8);
    std::size_t bit = 0;
    for (std::size_t i = 0; i < present.size() && in.ok(); ++i) {
        if (!present[i]) continue;
        const bool is_null = (nulls[bit / 8] & 1U << bit % 8) != 0;
        ++bit;
        if (is_null) continue;
        const std::uint64_t size =
            value_size(table.columns[i], i < hints.size() ? hints[i] : kNoHint, in);
        if (size == 0) in.fail();
        in.skip(size);
    }
}

std::string malformed(const TableMap& table) {
    return fmt::format(
        "the rows event of `{}`.`{}` does not fit the columns that its TABLE_MAP describes",
        table.schema, table.table);
}

Expected<void> split(const std::shared_ptr<const RowsBlock>& block, ChangeKind kind,
                     std::span<const ColumnHint> hints, std::vector<Change>& out) {
    const Bytes all(block->bytes);
    const std::size_t before_count = count_of(block->present_before);
    const std::size_t after_count = count_of(block->present_after);
    ByteReader in(all);
    const auto image_since = [&](std::size_t start) {
        return in.ok() ? RowImage{all.subspan(start, in.offset() - start)} : RowImage{};
    };
    while (in.ok() && in.remaining() > 0) {
        if (before_count + after_count == 0) in.fail();  // images without columns take no bytes
        const std::size_t start = in.offset();
        Change change;
        change.kind = kind;
        change.block = block;
        if (kind != ChangeKind::kInsert) {
            skip_image(in, *block->table, block->present_before, before_count, hints);
            change.before = image_since(start);
        }
        const std::size_t middle = in.offset();
        if (kind != ChangeKind::kDelete) {
            if (block->json_diffs) static_cast<void>(read_diff_columns(in, *block->table));
            skip_image(in, *block->table, block->present_after, after_count, hints);
            change.after = image_since(middle);
        }
        out.push_back(std::move(change));
    }
    if (!in.ok()) return Unexpected(malformed(*block->table));
    return {};
}

}  // namespace

bool is_rows_event(EventType type) {
    return (type >= EventType::kWriteRowsV1 && type <= EventType::kDeleteRowsV1) ||
           (type >= EventType::kWriteRows && type <= EventType::kDeleteRows) ||
           type == EventType::kPartialUpdateRows ||
           (type >= EventType::kWriteRowsCompressedV1 && type <= EventType::kDeleteRowsCompressed);
}

Expected<RowsHead> parse_rows_head(Bytes body, std::size_t fixed_size) {
    ByteReader in(body);
    const RowsHead head = read_head(in, fixed_size);
    if (!in.ok()) return Unexpected(std::string("a rows event is too short"));
    return head;
}

Expected<std::size_t> parse_rows(EventType type, Bytes body, std::size_t fixed_size,
                                 std::shared_ptr<const TableMap> table,
                                 std::span<const ColumnHint> hints, std::vector<Change>& out) {
    const Form form = form_of(type);
    ByteReader in(body);
    const RowsHead head = read_head(in, fixed_size);
    if (form.extra_data) {
        const std::uint64_t size = in.u16();  // counts itself
        if (size < 2) in.fail();
        in.skip(size < 2 ? 0 : size - 2);
    }
    const std::uint64_t columns = in.packed();
    if (!in.ok()) return Unexpected(malformed(*table));
    if (columns != table->columns.size())
        return Unexpected(
            fmt::format("a rows event of `{}`.`{}` has {} columns and its TABLE_MAP has {}",
                        table->schema, table->table, columns, table->columns.size()));

    auto block = std::make_shared<RowsBlock>();
    block->flags = head.flags;
    auto first = read_bitmap(in, table->columns.size());
    if (form.kind == ChangeKind::kUpdate) block->present_after = read_bitmap(in, columns);
    if (form.kind == ChangeKind::kInsert)
        block->present_after = std::move(first);
    else
        block->present_before = std::move(first);
    block->json_diffs = form.json_diffs;
    if (!in.ok()) return Unexpected(malformed(*table));
    const Bytes rows = in.rest();
    if (form.compressed) {
        auto plain = inflate_event_part(rows);
        if (!plain) return Unexpected(std::move(plain.error()));
        block->bytes = std::move(*plain);
    } else {
        block->bytes.assign(rows.begin(), rows.end());
    }
    block->table = std::move(table);
    const std::size_t before = out.size();
    if (auto done = split(block, form.kind, hints, out); !done)
        return Unexpected(std::move(done.error()));
    return sizeof(RowsBlock) + block->bytes.size() + (out.size() - before) * sizeof(Change);
}

}  // namespace wisp::binlog
