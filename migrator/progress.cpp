// SPDX-License-Identifier: Apache-2.0
#include "migrator/progress.h"

namespace wisp::migrator {

const char* to_string(Stage stage) {
    switch (stage) {
        case Stage::kStarting:
            return "starting";
        case Stage::kCountingRows:
            return "counting rows";
        case Stage::kCopying:
            return "migrating";
        case Stage::kRetrying:
            return "retrying ranges";
        case Stage::kCatchingUp:
            return "waiting for backlog";
        case Stage::kPostponed:
            return "postponing cut-over";
        case Stage::kCuttingOver:
            return "cutting over";
        case Stage::kCleaningUp:
            return "cleaning up";
        case Stage::kDone:
            return "done";
    }
    return "unknown";
}

}  // namespace wisp::migrator
