// SPDX-License-Identifier: Apache-2.0
#include "migrator/markers.h"

namespace wisp::migrator {

bool Markers::await(const Mark& mark, std::chrono::milliseconds limit,
                    const std::stop_token& stop) const {
    return applied_.wait_for(stop, limit, [&](const Applied& a) { return signs_.passed(mark, a); });
}

}  // namespace wisp::migrator
