// SPDX-License-Identifier: Apache-2.0
#include "drift/report.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "sql/identifier.h"

namespace wisp::drift {
namespace {

const char* word(Finding finding) {
    switch (finding) {
        case Finding::kEqual:
            return "equal";
        case Finding::kDrifted:
            return "drifted";
        case Finding::kUndecided:
            return "undecided";
    }
    return "";
}

const char* word(RowKind kind) {
    switch (kind) {
        case RowKind::kDiffers:
            return "differs";
        case RowKind::kMissing:
            return "missing";
        case RowKind::kExtra:
            return "extra";
    }
    return "";
}

/// _latin1 X'6162' as 'ab', as long as it is plain ASCII; every other literal as it is.
std::string shown(const std::string& literal) {
    const auto begin = literal.find(" X'");
    if (literal.empty() || literal.front() != '_' || begin == std::string::npos) return literal;
    std::string text;
    for (std::size_t i = begin + 3; i + 2 < literal.size(); i += 2) {
        const int c = std::stoi(literal.substr(i, 2), nullptr, 16);
        if (c < 0x20 || c > 0x7e || c == '\'') return literal;
        text += static_cast<char>(c);
    }
    return "'" + text + "'";
}

std::string summary(const TableFinding& table) {
    std::vector<std::string> parts = table.reasons;
    if (!table.rows.empty()) {
        parts.push_back(fmt::format("{}{} rows are not the same",
                                    table.more_rows ? "more than " : "", table.rows.size()));
    }
    if (table.moving_rows > 0) {
        parts.push_back(
            fmt::format("{} rows were written whenever they were looked at", table.moving_rows));
    }
    return fmt::format("{}", fmt::join(parts, "; "));
}

}  // namespace

Finding Report::finding() const {
    const auto any = [&](Finding finding) {
        return std::any_of(tables.begin(), tables.end(),
                           [&](const TableFinding& table) { return table.finding == finding; });
    };
    if (any(Finding::kDrifted)) return Finding::kDrifted;
    return any(Finding::kUndecided) ? Finding::kUndecided : Finding::kEqual;
}

std::string row_text_for_people(const TableFinding& table, const RowDrift& row) {
    std::vector<std::string> parts;
    for (std::size_t i = 0; i < row.key.size() && i < table.key_columns.size(); ++i) {
        parts.push_back(table.key_columns[i] + "=" + shown(row.key[i]));
    }
    std::string text = fmt::format("({}) ", fmt::join(parts, ", "));
    switch (row.kind) {
        case RowKind::kDiffers:
            return text + fmt::format("differs in {}", fmt::join(row.columns, ", "));
        case RowKind::kMissing:
            return text + "is missing on the replica";
        case RowKind::kExtra:
            return text + "is on the replica only";
    }
    return text;
}

std::string report_text(const Report& report) {
    std::string text;
    std::size_t equal = 0;
    for (const auto& table : report.tables) {
        const std::string name = sql::quote(table.table);
        if (table.finding == Finding::kEqual) {
            ++equal;
        } else {
            text += fmt::format("{} {} on {}: {}\n", word(table.finding), name, table.replica,
                                summary(table));
        }
        for (const auto& row : table.rows) text += "    " + row_text_for_people(table, row) + "\n";
        for (const auto& note : table.notes) {
            text += fmt::format("note {} on {}: {}\n", name, table.replica, note);
        }
    }
    text += fmt::format(
        "# {} of {} tables are equal on {} and {}; {} rows of the primary compared in {:.1f} s\n",
        equal, report.tables.size(), report.primary, fmt::join(report.replicas, ", "),
        report.rows_compared, report.seconds);
    return text;
}

std::string report_json(const Report& report) {
    using Json = nlohmann::ordered_json;
    Json tables = Json::array();
    for (const auto& table : report.tables) {
        Json rows = Json::array();
        for (const auto& row : table.rows) {
            Json key;
            for (std::size_t i = 0; i < row.key.size() && i < table.key_columns.size(); ++i) {
                key[table.key_columns[i]] = row.key[i];
            }
            rows.push_back({{"kind", word(row.kind)}, {"key", key}, {"columns", row.columns}});
        }
        tables.push_back({{"schema", table.table.schema},
                          {"table", table.table.table},
                          {"replica", table.replica},
                          {"finding", word(table.finding)},
                          {"reasons", table.reasons},
                          {"notes", table.notes},
                          {"rows", rows},
                          {"more_rows", table.more_rows},
                          {"moving_rows", table.moving_rows}});
    }
    const Json whole = {{"format", 1},
                        {"primary", report.primary},
                        {"replicas", report.replicas},
                        {"finding", word(report.finding())},
                        {"rows_compared", report.rows_compared},
                        {"seconds", report.seconds},
                        {"tables", tables}};
    // Names come from the server as utf8mb4; whatever is none is replaced, not thrown at.
    return whole.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace wisp::drift
