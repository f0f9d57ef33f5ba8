// SPDX-License-Identifier: Apache-2.0
// A run that does nothing, with its console: what commands are tried on.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "control/console.h"
#include "migrator/controls.h"
#include "migrator/options.h"

namespace wisp::control {

struct Scene {
    static migrator::MigrationOptions plain_options() {
        migrator::MigrationOptions options;
        options.schema = "shop";
        options.table = "orders";
        options.execute = true;
        return options;
    }
    explicit Scene(migrator::MigrationOptions chosen = plain_options(), Settings settings = {})
        : options(std::move(chosen)),
          controls(options),
          console(
              controls, options, settings,
              [this](const std::string& verb, const std::stop_token&) -> Expected<void> {
                  asked.push_back(verb);
                  if (verb == forbidden) return Unexpected("a hook says no");
                  return {};
              },
              [this](const std::string& text) { echoed += text; }) {}

    std::string ask(const std::string& line) { return console.answer(line).text; }

    migrator::MigrationOptions options;
    migrator::Controls controls;
    std::vector<std::string> asked;
    std::string forbidden;
    std::string echoed;
    Console console;
};

}  // namespace wisp::control
