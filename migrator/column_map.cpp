// SPDX-License-Identifier: Apache-2.0
#include "migrator/column_map.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

#include "migrator/refusal.h"
#include "sql/identifier.h"

namespace wisp::migrator {
namespace {

/// Families between which a literal converts exactly as the column's value does.
enum class Family : std::uint8_t {
    kInteger,
    kDecimal,
    kFloat,
    kDouble,
    kBit,
    kYear,
    kDate,
    kTime,
    kDatetime,
    kTimestamp,
    kText,
    kBinary,
    kEnum,
    kSet,
    kJson,
    kOther,
};

Family family(const sql::Column& column) {
    const std::string& type = column.data_type;
    static constexpr std::array kIntegers{"tinyint", "smallint", "mediumint", "int", "bigint"};
    if (std::find(kIntegers.begin(), kIntegers.end(), type) != kIntegers.end()) {
        return Family::kInteger;
    }
    if (type == "decimal" || type == "numeric") return Family::kDecimal;
    if (type == "float") return Family::kFloat;
    if (type == "double" || type == "real") return Family::kDouble;
    if (type == "bit") return Family::kBit;
    if (type == "year") return Family::kYear;
    if (type == "date") return Family::kDate;
    if (type == "time") return Family::kTime;
    if (type == "datetime") return Family::kDatetime;
    if (type == "timestamp") return Family::kTimestamp;
    if (type == "enum") return Family::kEnum;
    if (type == "set") return Family::kSet;
    if (type == "json") return Family::kJson;
    if (sql::is_text_type(type)) return Family::kText;
    if (sql::is_binary_type(type)) return Family::kBinary;
    return Family::kOther;
}

bool same_type(const sql::Column& a, const sql::Column& b) {
    return a.column_type == b.column_type && a.charset == b.charset && a.collation == b.collation;
}

bool one_of(Family family, std::initializer_list<Family> families) {
    return std::find(families.begin(), families.end(), family) != families.end();
}

/// Whether replay's literal and the copy's column convert alike. Left out on purpose: numbers shown
/// as text by FLOAT and DOUBLE (digits depend on the type), dates as numbers, TIME to DATETIME
/// (adds today's date).
bool convertible(const sql::Column& source, const sql::Column& ghost) {
    const Family from = family(source);
    const Family to = family(ghost);
    using enum Family;
    // FLOAT(M,D) rounds a literal, but not the bits that a copy between columns moves.
    const bool rounds =
        one_of(to, {kFloat, kDouble}) && ghost.column_type.find(',') != std::string::npos;
    if (rounds && one_of(from, {kFloat, kDouble})) return false;
    switch (from) {
        case kInteger:
            return one_of(to, {kInteger, kDecimal, kFloat, kDouble, kText});
        case kDecimal:
            return one_of(to, {kInteger, kDecimal, kFloat, kDouble, kText});
        case kFloat:
        case kDouble:
            return one_of(to, {kInteger, kDecimal, kFloat, kDouble});
        case kBit:
            return one_of(to, {kBit, kInteger});
        case kYear:
            return one_of(to, {kYear, kInteger, kText});
        case kDate:
            return one_of(to, {kDate, kDatetime, kText});
        case kTime:
            return one_of(to, {kTime, kText});
        case kDatetime:
        case kTimestamp:
            return one_of(to, {kDate, kDatetime, kTimestamp, kText});
        case kText:
            return one_of(to, {kText, kBinary, kInteger, kDecimal, kDate, kTime, kDatetime, kEnum,
                               kSet, kJson});
        case kBinary:
            return one_of(to, {kBinary, kText});
        case kEnum:
            return one_of(to, {kEnum, kText});
        case kSet:
            return one_of(to, {kSet, kText});
        case kJson:
            return one_of(to, {kJson, kText});
        case kOther:
            return source.data_type == ghost.data_type;
    }
    return false;
}

/// TIMESTAMP is an instant, DATETIME a wall clock: native ALTER goes through the server's zone, our
/// sessions run in UTC. COALESCE: a zero date has no zone and passes as it is.
std::string zone_expression(const sql::Column& source, const sql::Column& ghost) {
    const Family from = family(source);
    const Family to = family(ghost);
    if (from == Family::kTimestamp && to != Family::kTimestamp) {
        return "COALESCE(CONVERT_TZ({}, '+00:00', @@global.time_zone), {})";
    }
    if (to == Family::kTimestamp && from != Family::kTimestamp) {
        return "COALESCE(CONVERT_TZ({}, @@global.time_zone, '+00:00'), {})";
    }
    return "{}";
}

MappedColumn map_column(const Plan& plan, std::size_t index, const sql::Column& ghost) {
    const sql::Column& source = plan.source.columns[index];
    MappedColumn mapped{index, source, ghost, {}, "{}"};
    if (same_type(source, ghost)) return mapped;
    if (!convertible(source, ghost)) {
        throw Refusal(
            fmt::format("column {} cannot go from {} to {} online: a replayed value might convert "
                        "otherwise than"
                        " a copied one; add a new column of the wanted type and fill it from the "
                        "application, or"
                        " use a native ALTER",
                        sql::quote(source.name), source.column_type, ghost.column_type));
    }
    mapped.conversion = sql::conversion_for(source, ghost);
    mapped.expression = zone_expression(source, ghost);
    return mapped;
}

/// Name in the ghost of a source column; empty if the ALTER drops it.
std::string name_in_ghost(const sql::Alter& alter, const std::string& column) {
    for (const auto& [before, after] : alter.renamed_columns) {
        if (sql::same_name(before, column)) return after;
    }
    const bool dropped =
        std::any_of(alter.dropped_columns.begin(), alter.dropped_columns.end(),
                    [&](const std::string& name) { return sql::same_name(name, column); });
    return dropped ? std::string() : column;
}

/// What the server's own ALTER puts into a new column that is NOT NULL and has no default (MySQL
/// 9.7, MariaDB 10.11, measured). An insert without such a column is an error to a strict session.
std::string implicit_default(const sql::Column& column) {
    switch (family(column)) {
        case Family::kInteger:
        case Family::kDecimal:
        case Family::kFloat:
        case Family::kDouble:
        case Family::kBit:
        case Family::kYear:
        case Family::kTime:
        case Family::kSet:
            return "0";
        case Family::kEnum:
            return "1";  // by number: the first member
        case Family::kText:
        case Family::kBinary:
            return "''";
        case Family::kJson:
            return "CAST('null' AS JSON)";
        case Family::kDate:
        case Family::kDatetime:
        case Family::kTimestamp:
        case Family::kOther:
            break;
    }
    throw Refusal(fmt::format(
        "the new column {} is NOT NULL, and there is nothing to put into the rows that are there;"
        " give it a DEFAULT, or leave out NOT NULL",
        sql::quote(column.name)));
}

/// A new column whose default the server does not put in by itself, or not the right one: the time
/// of the insert would be that of our UTC session.
void fill_new_column(const sql::Column& column, Plan& plan) {
    if (column.generated != sql::Generated::kNo) return;
    if (!column.default_text) {
        if (column.nullable || column.extra.find("auto_increment") != std::string::npos) return;
        plan.filled.push_back({column.name, implicit_default(column)});
        return;
    }
    if (column.data_type == "timestamp") return;
    std::string text = *column.default_text;
    std::transform(text.begin(), text.end(), text.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    if (text.rfind("current_timestamp", 0) != 0 && text.rfind("now(", 0) != 0) return;
    plan.filled.push_back(
        {column.name,
         fmt::format("CONVERT_TZ(NOW({}), '+00:00', @@global.time_zone)", column.fraction_digits)});
}

}  // namespace

std::string MappedColumn::wrap(std::string_view source_expression) const {
    if (expression == "{}") return std::string(source_expression);
    std::string out;
    for (std::size_t i = 0; i < expression.size(); ++i) {
        if (expression.compare(i, 2, "{}") == 0) {
            out += source_expression;
            ++i;
        } else {
            out += expression[i];
        }
    }
    return out;
}

void drop_renamed_columns(sql::Alter& alter) {
    for (const auto& [before, after] : alter.renamed_columns) {
        alter.dropped_columns.push_back(before);
    }
    alter.renamed_columns.clear();
}

void map_columns(Plan& plan) {
    std::set<std::size_t> fed;
    for (std::size_t i = 0; i < plan.source.columns.size(); ++i) {
        const sql::Column& source = plan.source.columns[i];
        const std::string name = name_in_ghost(plan.alter, source.name);
        const auto index = name.empty() ? std::nullopt : plan.ghost.column_index(name);
        if (!index) {
            if (!name.empty()) {
                throw Refusal(fmt::format(
                    "column {} is gone from the ghost table, but the ALTER was not read as dropping"
                    " or renaming it: nothing is guessed; write DROP COLUMN or RENAME COLUMN "
                    "plainly",
                    sql::quote(source.name)));
            }
            plan.dropped.push_back(source.name);
            continue;
        }
        fed.insert(*index);
        const sql::Column& ghost = plan.ghost.columns[*index];
        if (ghost.generated != sql::Generated::kNo) continue;  // the server computes it
        if (source.generated == sql::Generated::kVirtual) {
            throw Refusal(fmt::format(
                "column {} turns from a virtual generated column into a stored one of its own: its"
                " values are not in the binlog; add a new column instead",
                sql::quote(source.name)));
        }
        plan.columns.push_back(map_column(plan, i, ghost));
    }
    for (std::size_t i = 0; i < plan.ghost.columns.size(); ++i) {
        if (!fed.contains(i)) fill_new_column(plan.ghost.columns[i], plan);
    }
    if (plan.columns.empty()) {
        throw Refusal("the ALTER leaves no column of the table in place; nothing could be copied");
    }
}

}  // namespace wisp::migrator
