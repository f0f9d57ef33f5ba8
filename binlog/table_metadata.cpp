// SPDX-License-Identifier: Apache-2.0
#include "binlog/table_metadata.h"

#include <fmt/format.h>

#include "binlog/collation_charset.h"

namespace wisp::binlog {

namespace {

enum Field : std::uint8_t {
    kDefaultCharset = 2,
    kColumnCharset = 3,
    kColumnName = 4,
    kSetMembers = 5,
    kEnumMembers = 6,
    kPrimaryKey = 8,
    kPrimaryKeyWithPrefix = 9,
    kMemberDefaultCharset = 10,
    kMemberColumnCharset = 11,
};

bool is_member(std::uint8_t type) {
    return type == kEnum || type == kSet;
}

bool is_character(std::uint8_t type) {
    switch (type) {
        case kString:
        case kVarchar:
        case kVarcharCompressed:
        case kBlob:
        case kTinyBlob:
        case kMediumBlob:
        case kLongBlob:
        case kBlobCompressed:
            return true;
        default:
            return false;
    }
}

class Parser {
  public:
    Parser(const TableMap& map, TableMetadata& out) : map_(map), out_(out) {
        out_.columns.resize(map.columns.size());
    }

    [[nodiscard]] bool run() {
        ByteReader in(map_.optional_fields);
        while (in.remaining() > 0) {
            const auto field = static_cast<Field>(in.u8());
            ByteReader value(in.take(in.packed()));
            if (in.ok()) read(field, value);
            if (!value.ok()) in.fail();
        }
        return in.ok();
    }

  private:
    void read(Field field, ByteReader& in) {
        switch (field) {
            case kDefaultCharset:
                return read_default(in, is_character);
            case kColumnCharset:
                return read_each(in, is_character);
            case kMemberDefaultCharset:
                return read_default(in, is_member);
            case kMemberColumnCharset:
                return read_each(in, is_member);
            case kColumnName:
                for (auto& column : out_.columns) column.name = in.text(in.packed());
                out_.named = in.ok();
                return;
            case kSetMembers:
                return read_members(in, kSet);
            case kEnumMembers:
                return read_members(in, kEnum);
            case kPrimaryKey:
            case kPrimaryKeyWithPrefix:
                while (in.remaining() > 0) {
                    const auto ordinal = static_cast<std::size_t>(in.packed());
                    if (field == kPrimaryKeyWithPrefix) in.packed();
                    if (ordinal >= out_.columns.size()) in.fail();
                    out_.primary_key.push_back(ordinal);
                }
                return;
        }
    }

    using Kind = bool (*)(std::uint8_t type);

    /// One collation for most columns, then pairs: which column of this kind, its collation.
    void read_default(ByteReader& in, Kind of_kind) {
        const auto charset = charset_of_collation(in.packed());
        std::vector<ColumnMetadata*> columns;
        for (std::size_t i = 0; i < out_.columns.size(); ++i) {
            if (!of_kind(map_.columns[i].type)) continue;
            out_.columns[i].charset = charset;
            columns.push_back(&out_.columns[i]);
        }
        while (in.remaining() > 0) {
            const std::uint64_t which = in.packed();
            const auto other = charset_of_collation(in.packed());
            if (which < columns.size()) columns[which]->charset = other;
        }
    }

    void read_each(ByteReader& in, Kind of_kind) {
        for (std::size_t i = 0; i < out_.columns.size(); ++i)
            if (of_kind(map_.columns[i].type) && in.remaining() > 0)
                out_.columns[i].charset = charset_of_collation(in.packed());
    }

    void read_members(ByteReader& in, std::uint8_t type) {
        for (std::size_t i = 0; i < out_.columns.size(); ++i) {
            if (map_.columns[i].type != type) continue;
            std::uint64_t count = in.packed();
            for (; count > 0 && in.ok(); --count)
                out_.columns[i].members.emplace_back(in.text(in.packed()));
        }
    }

    const TableMap& map_;
    TableMetadata& out_;
};

}  // namespace

Expected<TableMetadata> parse_table_metadata(const TableMap& map) {
    TableMetadata metadata;
    if (!Parser(map, metadata).run())
        return Unexpected(
            fmt::format("the optional fields of the TABLE_MAP of `{}`.`{}` are malformed",
                        map.schema, map.table));
    return metadata;
}

}  // namespace wisp::binlog
