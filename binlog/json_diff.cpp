// SPDX-License-Identifier: Apache-2.0
#include "binlog/json_diff.h"

#include <cstdint>
#include <string_view>

#include <fmt/format.h>

#include "binlog/json_binary.h"
#include "sql/literal.h"

namespace wisp::binlog {

namespace {

constexpr std::uint64_t kPartialJson = 1;  // enum_value_options, rows_event.h

// enum_json_diff_operation, sql/json_diff.h
enum : std::uint8_t { kReplace = 0, kInsert = 1, kRemove = 2 };

std::string literal(std::string_view text) {
    std::string out;
    sql::append_bytes(out, text, "utf8mb4");
    return out;
}

/// A path's last step is an array's cell or an object's member; a member's name that could be taken
/// for a cell stands in quotes.
bool ends_in_cell(std::string_view path) {
    return path.ends_with(']');
}

/// The function that does what the server's apply_json_diffs does (sql/json_diff.cc, 9.x): replace
/// what is there, insert before a cell or add a member, remove.
const char* function_of(std::uint8_t operation, std::string_view path) {
    switch (operation) {
        case kReplace:
            return "JSON_REPLACE";
        case kInsert:
            return ends_in_cell(path) ? "JSON_ARRAY_INSERT" : "JSON_INSERT";
        case kRemove:
            return "JSON_REMOVE";
        default:
            return nullptr;
    }
}

}  // namespace

std::vector<bool> read_diff_columns(ByteReader& in, const TableMap& table) {
    std::vector<bool> diffs(table.columns.size(), false);
    if ((in.packed() & kPartialJson) == 0) return diffs;
    std::size_t documents = 0;
    for (const auto& column : table.columns) documents += column.type == kJson ? 1 : 0;
    const Bytes bits = in.take((documents + 7) / 8);
    std::size_t bit = 0;
    for (std::size_t i = 0; i < diffs.size() && !bits.empty(); ++i) {
        if (table.columns[i].type != kJson) continue;
        diffs[i] = (bits[bit / 8] & 1U << bit % 8) != 0;
        ++bit;
    }
    return diffs;
}

Expected<std::string> with_json_diffs(std::string document, Bytes diffs) {
    ByteReader in(diffs);
    while (in.remaining() > 0) {
        const std::uint8_t operation = in.u8();
        const auto path = in.text(in.packed());
        const char* const function = function_of(operation, path);
        if (function == nullptr) in.fail();
        std::string arguments = literal(path);
        if (operation != kRemove) {
            const Bytes value = in.take(in.packed());
            if (!in.ok()) break;
            const auto expression = json_expression(value);
            if (!expression) return Unexpected(expression.error());
            arguments += ',' + *expression;
        }
        if (in.ok()) document = fmt::format("{}({},{})", function, document, arguments);
    }
    if (!in.ok())
        return Unexpected(std::string("the differences of a JSON document are malformed"));
    return document;
}

}  // namespace wisp::binlog
