// SPDX-License-Identifier: Apache-2.0
// RowMover: moves one range of rows from source to ghost. One object per copier thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <stop_token>
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

/// Called once, over the connection that reads, before anything is read: proves that everything
/// delivered before is visible there (R2). Empty: proved already.
using Proof = std::function<void(mysql::Connection& reader)>;

class RowMover {
  public:
    virtual ~RowMover() = default;
    /// The connection over which the source is read, made if need be; `connection` itself where
    /// source and ghost are on one server.
    virtual mysql::Connection& reader(mysql::Connection& connection,
                                      const std::stop_token& stop) = 0;
    /// The rows of the ghost with this condition go, at once. Throws as move().
    virtual void remove(mysql::Connection& connection, const std::string& condition,
                        const std::stop_token& stop) = 0;
    /// Reads and writes the range and commits it, in one step or slice by slice. Throws
    /// mysql::Error; then a part of it may have been written, whole slices only, and the range is
    /// to be moved again. `stop` ends what does not go over `connection`.
    virtual Moved move(mysql::Connection& connection, const Range& range, const Proof& prove = {},
                       const std::stop_token& stop = {}) = 0;
};

}  // namespace wisp::migrator
