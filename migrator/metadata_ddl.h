// SPDX-License-Identifier: Apache-2.0
// The ALTER on the source table itself, where that changes only metadata: tried first when the
// operator asked for it. The server is told how, so it refuses rather than does more.
#pragma once

#include <chrono>
#include <cstdint>
#include <stop_token>

#include "migrator/plan.h"
#include "mysql/connector.h"

namespace wisp::migrator {

enum class MetadataWay : std::uint8_t {
    kInstant,  // ALGORITHM=INSTANT: the server decides whether it can
    kInplace,  // ALGORITHM=INPLACE, on MariaDB NOCOPY, with LOCK=NONE: what metadata_clauses.h
               // lists
};

/// True: done, nothing is left to do. False: the table must be copied; the log says why. Waits for
/// the table's lock `lock_wait` at most, five times. Throws Ambiguous if the connection was lost
/// meanwhile and it cannot be found out whether the table is altered; Stopped when `stop` came
/// first.
[[nodiscard]] bool alter_metadata(const mysql::Connector& connector, const Plan& plan,
                                  MetadataWay way, std::chrono::seconds lock_wait,
                                  const std::stop_token& stop);

}  // namespace wisp::migrator
