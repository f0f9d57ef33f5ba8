// SPDX-License-Identifier: Apache-2.0
// How statistics are shown: a table for people, JSON for programs.
#include <iterator>
#include <nlohmann/json.hpp>

#include <fmt/format.h>

#include "extract/statistics.h"
#include "extract/utc_time.h"

namespace wisp::extract {

namespace {

constexpr std::size_t kTimeWidth = 19;

void append_counts(std::string& out, const RowCounts& counts) {
    fmt::format_to(std::back_inserter(out), " {:>12} {:>12} {:>12} {:>15} {:>12}\n", counts.inserts,
                   counts.updates, counts.deletes, counts.bytes, counts.transactions);
}

void append_tables(std::string& out, const Statistics& statistics) {
    std::size_t width = 5;
    for (const auto& [key, counts] : statistics.tables())
        width = std::max(width, key.second.size());
    const bool timed = statistics.interval() != 0;
    const auto row = [&](const std::string& time, const std::string& name) {
        if (timed) out += fmt::format("{:<{}} ", time, kTimeWidth);
        out += fmt::format("{:<{}}", name, width);
    };
    row("from (UTC)", "table");
    out += fmt::format(" {:>12} {:>12} {:>12} {:>15} {:>12}\n", "inserts", "updates", "deletes",
                       "bytes", "transactions");
    for (const auto& [key, counts] : statistics.tables()) {
        row(utc_text(key.first), key.second);
        append_counts(out, counts);
    }
    row("", "all");
    append_counts(out, statistics.total());
}

void append_transactions(std::string& out, std::string_view title,
                         const std::vector<TransactionSize>& list) {
    out +=
        fmt::format("\n{}\n{:>12} {:>15} {:>9}  transaction\n", title, "rows", "bytes", "seconds");
    for (const auto& one : list)
        out +=
            fmt::format("{:>12} {:>15} {:>9}  {}\n", one.rows, one.bytes, one.seconds, one.label);
}

nlohmann::json json_of(const RowCounts& counts) {
    return {{"inserts", counts.inserts},
            {"updates", counts.updates},
            {"deletes", counts.deletes},
            {"bytes", counts.bytes},
            {"transactions", counts.transactions}};
}

nlohmann::json json_of(const std::vector<TransactionSize>& list) {
    auto out = nlohmann::json::array();
    for (const auto& one : list)
        out.push_back({{"transaction", one.label},
                       {"rows", one.rows},
                       {"bytes", one.bytes},
                       {"seconds", one.seconds}});
    return out;
}

}  // namespace

std::string report_text(const Statistics& statistics) {
    if (statistics.total().transactions == 0) return "no row changes in this range\n";
    std::string out = fmt::format("committed from {} to {} UTC; bytes are those of row images\n\n",
                                  utc_text(statistics.first()), utc_text(statistics.last()));
    append_tables(out, statistics);
    append_transactions(out, "largest transactions", statistics.largest());
    append_transactions(out, "longest transactions, from first statement to commit",
                        statistics.longest());
    return out;
}

std::string report_json(const Statistics& statistics) {
    auto tables = nlohmann::json::array();
    for (const auto& [key, counts] : statistics.tables()) {
        auto one = json_of(counts);
        one["table"] = key.second;
        if (statistics.interval() != 0) one["from"] = utc_text(key.first) + " UTC";
        tables.push_back(std::move(one));
    }
    const nlohmann::json report{{"total", json_of(statistics.total())},
                                {"tables", std::move(tables)},
                                {"largest", json_of(statistics.largest())},
                                {"longest", json_of(statistics.longest())}};
    // Names come from the log as bytes: what is no UTF-8 must not stop the report.
    return report.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

}  // namespace wisp::extract
