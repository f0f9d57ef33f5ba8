// SPDX-License-Identifier: Apache-2.0
// RowMover: moves one range of rows from source to ghost. One object per copier thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "migrator/chunker.h"

namespace wisp::mysql {
class Connection;
}

namespace wisp::migrator {

struct Moved {
    std::uint64_t rows_read = 0;
    std::uint64_t rows_inserted = 0;
    /// Keys of the range that are in the source but not in the ghost (R7), as conditions. They may
    /// be younger than the chunk's read, or held back by another unique key.
    std::vector<std::string> missing;
};

class RowMover {
  public:
    virtual ~RowMover() = default;
    /// Reads and writes the range in one committed step. The caller has proved that everything
    /// delivered before the call is visible. Throws mysql::Error; then nothing was written.
    virtual Moved move(mysql::Connection& connection, const Range& range) = 0;
};

}  // namespace wisp::migrator
