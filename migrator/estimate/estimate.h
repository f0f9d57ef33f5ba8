// SPDX-License-Identifier: Apache-2.0
// Estimate: what a preview knows of a migration before anything of it is done: figures of the
// table, the writes that its binlog shows, room on disk, and what follows from them. Filled by
// figures and write_rate, worked out by forecast, shown by report. Plain data.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace wisp::migrator {

/// As information_schema.TABLES has it: InnoDB's rows are an estimate of the server's.
struct TableSize {
    std::uint64_t rows = 0;
    std::uint64_t data_bytes = 0;
    std::uint64_t index_bytes = 0;
};

/// Rows read in the order of the migration key, as the copy reads them.
struct ReadSample {
    std::uint64_t rows = 0;
    double seconds = 0;
};

/// Writes on the table that the last minutes of the binlog show.
struct WriteRate {
    std::string unknown;  // why the binlog could not be read; empty: it was
    double seconds = 0;   // the stretch of time that was looked at
    bool listened = false;
    std::uint64_t log_bytes = 0;  // that were read
    std::uint64_t rows = 0;       // changes of rows of the table
    std::uint64_t bytes = 0;      // of their row images
    std::uint64_t transactions = 0;
    std::uint64_t statements = 0;  // DML on the table in statement format
};

/// A place on the server's disks that the migration fills.
struct DiskRoom {
    std::string what;  // "data directory"
    std::string path;  // where its disk is mounted
    std::uint64_t free_bytes = 0;
};

struct DiskRooms {
    std::vector<DiskRoom> known;
    std::string unknown;  // why the server did not tell
};

enum class Convergence : std::uint8_t { kUnknown, kSure, kClose, kNot };

/// What follows from the above with the rates of rates.h.
struct Forecast {
    double copy_seconds = 0;
    double rows_per_second = 0;   // what the copy was reckoned with
    bool read_is_slower = false;  // … which is the sample's rate, not that of rates.h
    double verify_seconds = 0;    // 0: not verified
    double index_seconds = 0;     // deferred indexes; 0: none
    std::uint64_t ghost_bytes = 0;
    std::uint64_t binlog_bytes = 0;
    Convergence replay = Convergence::kUnknown;
};

struct Estimate {
    TableSize size;
    ReadSample sample;
    WriteRate writes;
    DiskRooms rooms;
    Forecast forecast;
};

}  // namespace wisp::migrator
