// SPDX-License-Identifier: Apache-2.0
#include "localtests/load/tally.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

namespace wisp::load {

namespace {

nlohmann::json to_json(const Failures& failures) {
    return {{"count", failures.count}, {"example", failures.example}};
}

nlohmann::json to_json(const std::map<unsigned, Failures>& by_code) {
    nlohmann::json object = nlohmann::json::object();
    for (const auto& [code, failures] : by_code) object[std::to_string(code)] = to_json(failures);
    return object;
}

void merge_counts(std::map<std::string, std::uint64_t>& into,
                  const std::map<std::string, std::uint64_t>& from) {
    for (const auto& [name, count] : from) into[name] += count;
}

void merge_failures(std::map<unsigned, Failures>& into, const std::map<unsigned, Failures>& from) {
    for (const auto& [code, failures] : from) into[code].merge(failures);
}

// Rounded to microseconds; `sorted` must be sorted.
double percentile(const std::vector<float>& sorted, double share) {
    if (sorted.empty()) return 0;
    const auto last = static_cast<double>(sorted.size() - 1);
    const auto at = static_cast<std::size_t>(std::lround(share * last));
    return std::round(static_cast<double>(sorted[at]) * 1000) / 1000;
}

}  // namespace

void Failures::add(std::string text) {
    if (count++ == 0) example = std::move(text);
}

void Failures::merge(const Failures& other) {
    if (count == 0) example = other.example;
    count += other.count;
}

void Tally::merge(const Tally& other) {
    committed += other.committed;
    rolled_back += other.rolled_back;
    reconnects += other.reconnects;
    merge_counts(writes, other.writes);
    merge_counts(rows, other.rows);
    merge_failures(failed, other.failed);
    mismatches.merge(other.mismatches);
    merge_failures(oracle_only, other.oracle_only);
    milliseconds.insert(milliseconds.end(), other.milliseconds.begin(), other.milliseconds.end());
}

std::string Tally::json() {
    std::sort(milliseconds.begin(), milliseconds.end());
    const nlohmann::json object = {
        {"committed", committed},
        {"rolled_back", rolled_back},
        {"reconnects", reconnects},
        {"writes", writes},
        {"rows", rows},
        {"failed", to_json(failed)},
        {"mismatches", to_json(mismatches)},
        {"oracle_only", to_json(oracle_only)},
        {"statements", milliseconds.size()},
        {"p50_ms", percentile(milliseconds, 0.50)},
        {"p95_ms", percentile(milliseconds, 0.95)},
        {"p99_ms", percentile(milliseconds, 0.99)},
        {"longest_ms", percentile(milliseconds, 1)},
    };
    return object.dump(2);
}

}  // namespace wisp::load
