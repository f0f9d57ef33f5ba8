// SPDX-License-Identifier: Apache-2.0
#include "migrator/estimate/forecast.h"

#include <algorithm>

#include "migrator/estimate/rates.h"

namespace wisp::migrator {
namespace {

/// Rows and bytes each have their limit; the slower one counts.
double slower(const TableSize& size, double rows_a_second, double bytes_a_second) {
    return std::max(static_cast<double>(size.rows) / rows_a_second,
                    static_cast<double>(size.data_bytes) / bytes_a_second);
}

Convergence convergence(const WriteRate& writes) {
    if (!writes.unknown.empty() || writes.seconds <= 0) return Convergence::kUnknown;
    const double rate = static_cast<double>(writes.rows) / writes.seconds;
    if (rate <= rates::kReplayedChanges / 2) return Convergence::kSure;
    return rate <= rates::kReplayedChanges ? Convergence::kClose : Convergence::kNot;
}

/// One secondary index: as large as those of today are on average.
double index_bytes(const TableSize& size, const ForecastInput& input) {
    if (input.source_indexes > 0) {
        return static_cast<double>(size.index_bytes) / static_cast<double>(input.source_indexes);
    }
    constexpr double kEntry = 40;  // a narrow key, the primary key, InnoDB's own bytes
    return static_cast<double>(size.rows) * kEntry;
}

}  // namespace

Forecast forecast(const Estimate& estimate, const ForecastInput& input) {
    const TableSize& size = estimate.size;
    Forecast result;
    result.copy_seconds = slower(size, rates::kCopiedRows, rates::kCopiedBytes);
    const ReadSample& sample = estimate.sample;
    if (sample.rows > 0) {
        const double reading =
            static_cast<double>(size.rows) * sample.seconds / static_cast<double>(sample.rows);
        result.read_is_slower = reading > result.copy_seconds;
        result.copy_seconds = std::max(result.copy_seconds, reading);
    }
    if (result.copy_seconds > 0) {
        result.rows_per_second = static_cast<double>(size.rows) / result.copy_seconds;
    }
    if (const unsigned one_in = verified_one_in(input.verify); one_in != 0) {
        result.verify_seconds = slower(size, rates::kVerifiedRows, rates::kVerifiedBytes) / one_in;
    }
    const double index = index_bytes(size, input);
    result.index_seconds =
        index * static_cast<double>(input.deferred_indexes) / rates::kIndexedBytes;
    result.ghost_bytes = size.data_bytes + static_cast<std::uint64_t>(
                                               index * static_cast<double>(input.ghost_indexes));
    result.binlog_bytes = size.data_bytes;
    result.replay = convergence(estimate.writes);
    return result;
}

}  // namespace wisp::migrator
