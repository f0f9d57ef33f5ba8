// SPDX-License-Identifier: Apache-2.0
#include "migrator/verify/column_comparison.h"

#include <fmt/format.h>

#include "sql/identifier.h"
#include "sql/literal.h"

namespace wisp::migrator {
namespace {

bool is_one_of(const std::string& type, std::initializer_list<const char*> types) {
    for (const char* one : types) {
        if (type == one) return true;
    }
    return false;
}

bool is_spatial(const std::string& type) {
    return is_one_of(type,
                     {"geometry", "point", "linestring", "polygon", "multipoint", "multilinestring",
                      "multipolygon", "geometrycollection", "geomcollection"});
}

/// By their bytes. A CAST copies each value, which takes MySQL longer than to compare them. The
/// _bin collations of the usual character sets compare code by code and do not see trailing spaces
/// (MySQL manual, "The binary Collation Compared to _bin Collations"); the length tells these.
std::string text_differs(const std::string& charset, const std::string& a, const std::string& b) {
    if (is_one_of(charset, {"utf8mb4", "latin1", "ascii"})) {
        return fmt::format("NOT (LENGTH({0}) <=> LENGTH({1}) AND {0} COLLATE {2}_bin <=> {1})", a,
                           b, charset);
    }
    return fmt::format("NOT (CAST({} AS BINARY) <=> CAST({} AS BINARY))", a, b);
}

/// CHAR loses trailing spaces, and so does what is put into one.
bool keeps_text(const sql::Column& source, const sql::Column& ghost) {
    return ghost.max_characters >= source.max_characters &&
           (ghost.data_type != "char" || source.data_type == "char");
}

bool keeps_bytes(const sql::Column& source, const sql::Column& ghost) {
    return ghost.max_bytes >= source.max_bytes && ghost.data_type != "binary";
}

}  // namespace

bool keeps_values(const MappedColumn& column) {
    const sql::Column& source = column.source;
    const sql::Column& ghost = column.ghost;
    if (column.expression != "{}") return false;
    if (sql::is_integer_type(source.data_type) && sql::is_integer_type(ghost.data_type))
        return true;
    if (sql::is_text_type(source.data_type) && sql::is_text_type(ghost.data_type)) {
        return keeps_text(source, ghost);
    }
    if (source.data_type == ghost.data_type && source.column_type == ghost.column_type) return true;
    if (sql::is_binary_type(source.data_type) && sql::is_binary_type(ghost.data_type)) {
        return keeps_bytes(source, ghost);
    }
    if (source.data_type != ghost.data_type) return false;
    if (source.data_type == "decimal") {
        return ghost.scale >= source.scale;
    }
    if (is_one_of(source.data_type, {"time", "datetime", "timestamp"})) {
        return ghost.fraction_digits >= source.fraction_digits;
    }
    return is_one_of(source.data_type, {"enum", "set"}) && !column.conversion.members_as_text;
}

std::string differs(const MappedColumn& column, bool converted, const std::string& source,
                    const std::string& ghost) {
    const sql::Column& type = column.ghost;
    const std::string a = source + sql::quote(converted ? type.name : column.source.name);
    const std::string b = ghost + sql::quote(type.name);
    if (sql::is_text_type(type.data_type)) {
        const bool recode = !converted && column.source.charset != type.charset;
        return text_differs(type.charset,
                            recode ? fmt::format("CONVERT({} USING {})", a, type.charset) : a, b);
    }
    if (is_one_of(type.data_type, {"float", "double"})) {  // the text tells -0 from 0
        return fmt::format("NOT ({0} <=> {1} AND CAST({0} AS CHAR) <=> CAST({1} AS CHAR))", a, b);
    }
    if (type.data_type == "set") {  // + would make a DOUBLE of 64 members
        return fmt::format("NOT (({}|0) <=> ({}|0))", a, b);
    }
    if (is_one_of(type.data_type, {"enum", "bit", "year"})) {
        return fmt::format("NOT ({}+0 <=> {}+0)", a, b);
    }
    if (type.data_type == "json") {  // compared: types inside; as text: 33.0 from 33, -0 from 0
        return fmt::format(
            "NOT ({0} <=> {1} AND CAST(CAST({0} AS CHAR) AS BINARY) <=> CAST(CAST({1} AS CHAR) AS"
            " BINARY))",
            a, b);
    }
    if (is_spatial(type.data_type) || type.data_type == "vector") {
        return fmt::format("NOT (HEX({}) <=> HEX({}))", a, b);
    }
    return fmt::format("NOT ({} <=> {})", a, b);
}

}  // namespace wisp::migrator
