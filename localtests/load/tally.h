// SPDX-License-Identifier: Apache-2.0
// What a load did: counters of one worker, added up at the end and written as JSON.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace wisp::load {

struct Failures {
    std::uint64_t count = 0;
    std::string example;  // the first one seen
    void add(std::string text);
    void merge(const Failures& other);
};

struct Tally {
    std::uint64_t committed = 0;
    std::uint64_t rolled_back = 0;  // on purpose
    std::uint64_t reconnects = 0;
    std::map<std::string, std::uint64_t> writes;  // committed statements on the table, by kind
    std::map<std::string, std::uint64_t> rows;    // rows they changed, by kind
    std::map<unsigned, Failures> failed;          // transactions given up, by the server's code
    // The same statement did different things to the table and to the oracle table: it changed
    // another number of rows, or only the oracle refused it. Both are rolled back.
    Failures mismatches;
    std::map<unsigned, Failures> oracle_only;
    std::vector<float> milliseconds;  // each statement on the table, and each commit

    void merge(const Tally& other);
    /// One JSON object; sorts `milliseconds`.
    [[nodiscard]] std::string json();
};

}  // namespace wisp::load
