// SPDX-License-Identifier: Apache-2.0
#include "base/log.h"

#include <spdlog/sinks/stdout_color_sinks.h>

namespace wisp::log {

void set_up(spdlog::level::level_enum level) {
    auto logger = spdlog::stderr_color_mt("wisp");
    logger->set_pattern("%Y-%m-%d %H:%M:%S.%e %^%l%$ %v");
    logger->set_level(level);
    spdlog::set_default_logger(std::move(logger));
}

}  // namespace wisp::log
