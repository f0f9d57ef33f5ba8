// SPDX-License-Identifier: Apache-2.0
#include "drift/row_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "sql/identifier.h"
#include "sql/literal.h"

namespace wisp::drift {
namespace {

template <std::size_t N>
bool is_one_of(const std::string& type, const std::array<const char*, N>& types) {
    return std::find(types.begin(), types.end(), type) != types.end();
}

bool is_long(const std::string& type) {
    static constexpr std::array kTypes{"tinytext", "text", "mediumtext", "longtext",
                                       "tinyblob", "blob", "mediumblob", "longblob"};
    return is_one_of(type, kTypes);
}

bool is_spatial(const std::string& type) {
    static constexpr std::array kTypes{
        "geometry",        "point",        "linestring",         "polygon",       "multipoint",
        "multilinestring", "multipolygon", "geometrycollection", "geomcollection"};
    return is_one_of(type, kTypes);
}

/// The value of a column that is not NULL, told apart from every other one. What has no fixed form
/// goes with its length, or as a hash, so that neighbours cannot trade bytes.
std::string value_text(const sql::Column& column, DigestForm form) {
    const std::string name = sql::quote(column.name);
    const std::string& type = column.data_type;
    if (type == "set") return "(" + name + "|0)";  // + would make a DOUBLE of 64 members
    if (type == "enum" || type == "bit" || type == "year") return name + "+0";
    // A FLOAT is shown with six digits, a DOUBLE(M,D) with D; a product in full, and -0 stays -0.
    if (type == "float" || type == "double") return name + "*1e0";
    if (sql::is_integer_type(type) || type == "decimal") {
        const bool zerofill = column.column_type.find("zerofill") != std::string::npos;
        return zerofill ? name + "+0" : name;
    }
    // A row of long values would pass max_allowed_packet, and with it become NULL.
    if (is_long(type) || is_spatial(type) || type == "vector") return hash_of(name, form);
    if (type == "json") {
        // The text does not tell types that JSON has no form for.
        return fmt::format("JSON_TYPE({0}), {1}", name,
                           hash_of(fmt::format("CAST({} AS CHAR)", name), form));
    }
    if (sql::is_text_type(type)) {
        return fmt::format("LENGTH({0}), CAST({0} AS BINARY)", name);  // as it is stored
    }
    if (sql::is_binary_type(type)) return fmt::format("LENGTH({0}), {0}", name);
    return name;
}

std::string column_parts(const sql::Column& column, DigestForm form) {
    const std::string value = value_text(column, form);
    // CONCAT_WS leaves NULLs out.
    if (!column.nullable) return value;
    return fmt::format("ISNULL({}), {}", sql::quote(column.name), value);
}

}  // namespace

std::string column_text(const sql::Column& column, DigestForm form) {
    return fmt::format("CONCAT_WS(',', {})", column_parts(column, form));
}

std::string row_text(const std::vector<migrator::MappedColumn>& columns, DigestForm form) {
    std::string text = "CONCAT_WS(','";
    for (const auto& column : columns) text += ", " + column_parts(column.source, form);
    return text + ")";
}

std::string hash_of(const std::string& text, DigestForm form) {
    return form == DigestForm::kMd5 ? fmt::format("MD5({})", text)
                                    : fmt::format("SHA2({}, 256)", text);
}

std::string digest_list(const std::vector<migrator::MappedColumn>& columns, DigestForm form) {
    const std::string text = row_text(columns, form);
    const std::string hash = hash_of(text, form);
    if (form == DigestForm::kWide) return fmt::format("COUNT(*), HEX(BIT_XOR(UNHEX({})))", hash);
    return fmt::format("COUNT(*), BIT_XOR(CRC32({}) << 32 | CRC32({}))", hash, text);
}

std::string digest_list_of_bag(const std::vector<migrator::MappedColumn>& columns,
                               DigestForm form) {
    const std::string text = row_text(columns, form);
    const std::string hash = hash_of(text, form);
    return fmt::format("COUNT(*), CONCAT(SUM(CRC32({})), '-', SUM(CRC32({})))", hash, text);
}

}  // namespace wisp::drift
