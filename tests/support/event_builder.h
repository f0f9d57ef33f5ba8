// SPDX-License-Identifier: Apache-2.0
// Builds binlog events byte by byte, so that decoder tests read like the log they feed. Header
// only.
#pragma once

#include <zlib.h>

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "binlog/event_type.h"
#include "binlog/header.h"

namespace wisp::test {

using Raw = std::vector<std::uint8_t>;

/// Appends numbers and texts to a byte string.
class ByteWriter {
  public:
    ByteWriter& le(std::uint64_t value, std::size_t size) {
        for (std::size_t i = 0; i < size; ++i)
            raw_.push_back(static_cast<std::uint8_t>(value >> 8 * i & 0xffU));
        return *this;
    }
    ByteWriter& u8(std::uint64_t value) { return le(value, 1); }
    ByteWriter& u16(std::uint64_t value) { return le(value, 2); }
    ByteWriter& u32(std::uint64_t value) { return le(value, 4); }
    ByteWriter& u64(std::uint64_t value) { return le(value, 8); }
    ByteWriter& text(std::string_view text) {
        raw_.insert(raw_.end(), text.begin(), text.end());
        return *this;
    }
    ByteWriter& raw(const Raw& bytes) {
        raw_.insert(raw_.end(), bytes.begin(), bytes.end());
        return *this;
    }
    /// Length-encoded; only values below 65536.
    ByteWriter& packed(std::uint64_t value) { return value < 251 ? u8(value) : u8(252).u16(value); }
    [[nodiscard]] Raw done() const { return raw_; }

  private:
    Raw raw_;
};

/// A column of a made-up TABLE_MAP: type code and its metadata bytes.
struct BuiltColumn {
    std::uint8_t type;
    Raw meta;
};

inline Raw table_map_body(std::uint64_t id, std::string_view schema, std::string_view table,
                          const std::vector<BuiltColumn>& columns, const Raw& optional = {}) {
    ByteWriter out;
    out.le(id, 6).u16(1);
    out.u8(schema.size()).text(schema).u8(0).u8(table.size()).text(table).u8(0);
    out.packed(columns.size());
    Raw meta;
    for (const auto& column : columns) {
        out.u8(column.type);
        meta.insert(meta.end(), column.meta.begin(), column.meta.end());
    }
    out.packed(meta.size()).raw(meta);
    out.raw(Raw((columns.size() + 7) / 8, 0xff)).raw(optional);
    return out.done();
}

/// Body of a version 2 rows event; `bitmaps` and `rows` as they are.
inline Raw rows_body(std::uint64_t id, std::uint64_t columns, const Raw& bitmaps, const Raw& rows,
                     bool ends_statement = true) {
    return ByteWriter()
        .le(id, 6)
        .u16(ends_statement ? 1 : 0)
        .u16(2)
        .packed(columns)
        .raw(bitmaps)
        .raw(rows)
        .done();
}

/// Body of a version 1 rows event, as MariaDB writes them.
inline Raw rows_body_v1(std::uint64_t id, std::uint64_t columns, const Raw& bitmaps,
                        const Raw& rows, bool ends_statement = true) {
    return ByteWriter()
        .le(id, 6)
        .u16(ends_statement ? 1 : 0)
        .packed(columns)
        .raw(bitmaps)
        .raw(rows)
        .done();
}

inline Raw query_body(std::string_view schema, std::string_view text) {
    return ByteWriter()
        .u32(7)
        .u32(0)
        .u8(schema.size())
        .u16(0)
        .u16(3)
        .raw({0, 1, 2})  // status variables, to be skipped
        .text(schema)
        .u8(0)
        .text(text)
        .done();
}

/// Body of GTID: the uuid is 16 times `sid`.
inline Raw gtid_body(std::uint8_t sid, std::uint64_t number) {
    return ByteWriter().u8(1).raw(Raw(16, sid)).u64(number).u8(2).u64(0).u64(1).done();
}

inline Raw mariadb_gtid_body(std::uint64_t sequence, std::uint8_t flags = 0) {
    return ByteWriter().u64(sequence).u32(0).u8(flags).raw(Raw(6, 0)).done();
}

inline Raw xa_prepare_body(std::string_view gtrid, bool one_phase = false) {
    return ByteWriter().u8(one_phase ? 1 : 0).u32(1).u32(gtrid.size()).u32(0).text(gtrid).done();
}

/// Makes whole events and keeps the position of a made-up log file.
class EventBuilder {
  public:
    using Type = binlog::EventType;

    explicit EventBuilder(bool checksums = true) : checksums_(checksums) {}

    std::uint64_t position = 4;
    std::uint32_t timestamp = 1'700'000'000;
    bool tells_position = true;  // false: end_log_pos is 0, as MariaDB 11.4 inside groups

    [[nodiscard]] Raw event(Type type, const Raw& body, std::uint16_t flags = 0) {
        const std::size_t size =
            binlog::kHeaderSize + body.size() + (checksums_ ? binlog::kChecksumSize : 0);
        position += size;
        return assemble(type, body, flags, tells_position ? position : 0, checksums_);
    }

    /// As inside a TRANSACTION_PAYLOAD: no checksum, a position that means nothing.
    [[nodiscard]] Raw inner(Type type, const Raw& body) const {
        return assemble(type, body, 0, 77, false);
    }

    [[nodiscard]] Raw rotate(std::string_view file, std::uint64_t offset) {
        Raw made = event(Type::kRotate, ByteWriter().u64(offset).text(file).done());
        position = offset;
        return made;
    }

    /// The one a dump thread makes up: not in the file.
    [[nodiscard]] Raw fake_rotate(std::string_view file, std::uint64_t offset) {
        position = offset;
        return assemble(Type::kRotate, ByteWriter().u64(offset).text(file).done(),
                        binlog::kFlagArtificial, 0, checksums_);
    }

    [[nodiscard]] Raw heartbeat(std::string_view file) const {
        return assemble(Type::kHeartbeat, ByteWriter().text(file).done(), 0, position, checksums_);
    }

    /// `in_file`: it stands at the file's start; else the dump thread repeats it mid-file.
    [[nodiscard]] Raw format_description(bool in_file = true) {
        Raw sizes(172, 0);
        sizes[1] = 13;   // QUERY
        sizes[17] = 26;  // EXECUTE_LOAD_QUERY
        sizes[18] = 8;   // TABLE_MAP
        for (const std::size_t rows : {22, 23, 24}) sizes[rows] = 8;
        for (const std::size_t rows : {29, 30, 31, 38}) sizes[rows] = 10;
        std::string version = "9.7.4-test";
        version.resize(50, '\0');
        ByteWriter body;
        body.u16(4).text(version).u32(0).u8(19).raw(sizes).u8(checksums_ ? 1 : 0);
        if (!checksums_) body.u32(0);
        if (in_file) position += binlog::kHeaderSize + body.done().size() + (checksums_ ? 4 : 0);
        return assemble(Type::kFormatDescription, body.done(), 0, in_file ? position : 0,
                        checksums_);
    }

  private:
    [[nodiscard]] Raw assemble(Type type, const Raw& body, std::uint16_t flags,
                               std::uint64_t end_position, bool checksum) const {
        const std::size_t size =
            binlog::kHeaderSize + body.size() + (checksum ? binlog::kChecksumSize : 0);
        ByteWriter out;
        out.u32(timestamp).u8(static_cast<std::uint64_t>(type)).u32(1).u32(size);
        out.u32(end_position).u16(flags).raw(body);
        if (!checksum) return out.done();
        const Raw covered = out.done();
        return out.u32(::crc32_z(0, covered.data(), covered.size())).done();
    }

    bool checksums_;
};

}  // namespace wisp::test
