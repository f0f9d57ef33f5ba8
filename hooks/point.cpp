// SPDX-License-Identifier: Apache-2.0
#include "hooks/point.h"

namespace wisp::hooks {

const char* name(Point point) {
    static constexpr std::array<const char*, kPoints> kNames{"on-startup",
                                                             "on-validated",
                                                             "on-rowcount-complete",
                                                             "on-before-row-copy",
                                                             "on-batch-copy-retry",
                                                             "on-status",
                                                             "on-interactive-command",
                                                             "on-row-copy-complete",
                                                             "on-before-cut-over",
                                                             "on-begin-postponed",
                                                             "on-cut-over-attempt",
                                                             "on-cut-over-failure",
                                                             "on-stop-replication",
                                                             "on-start-replication",
                                                             "on-success",
                                                             "on-failure",
                                                             "on-cleanup"};
    return kNames.at(static_cast<std::size_t>(point));
}

}  // namespace wisp::hooks
