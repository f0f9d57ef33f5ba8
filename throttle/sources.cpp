// SPDX-License-Identifier: Apache-2.0
#include <memory>
#include <string>
#include <vector>

#include "throttle/flag_file.h"
#include "throttle/lag.h"
#include "throttle/load.h"
#include "throttle/manual.h"
#include "throttle/options.h"

namespace wisp::throttle {

std::vector<std::unique_ptr<Source>> make_sources(const Options& options, const Subjects& subjects,
                                                  const SharedKnobs& knobs) {
    std::vector<std::unique_ptr<Source>> sources;
    const auto add_file = [&](const char* flag, const std::string& path, Effect effect) {
        if (!path.empty()) sources.push_back(std::make_unique<FlagFile>(flag, path, effect));
    };
    add_file("panic-flag-file", options.panic_flag_file, Effect::kAbort);
    add_file("throttle-flag-file", options.flag_file, Effect::kHoldAll);
    add_file("throttle-additional-flag-file", options.additional_flag_file, Effect::kHoldAll);
    sources.push_back(std::make_unique<Manual>(knobs));
    sources.push_back(std::make_unique<LoadSource>(subjects.writer, options, knobs));
    sources.push_back(std::make_unique<LagSource>(subjects.inspected, subjects.changelog, knobs));
    for (const mysql::Endpoint& replica : options.control_replicas) {
        sources.push_back(std::make_unique<LagSource>(replica, subjects.changelog, knobs));
    }
    return sources;
}

}  // namespace wisp::throttle
