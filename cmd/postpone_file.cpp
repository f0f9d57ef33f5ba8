// SPDX-License-Identifier: Apache-2.0
#include "cmd/postpone_file.h"

#include <fstream>

#include "migrator/refusal.h"

namespace wisp::cmd {

void make_postpone_file(const std::string& path) {
    if (path.empty()) return;
    const std::ofstream file(path, std::ios::app);
    if (!file) {
        throw migrator::Refusal("--postpone-cut-over-flag-file: " + path + " cannot be created");
    }
}

}  // namespace wisp::cmd
