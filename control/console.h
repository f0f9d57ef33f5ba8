// SPDX-License-Identifier: Apache-2.0
// Console: takes one line of an operator and answers it: `command`, or `command=argument`. gh-ost's
// verbs, aliases and replies. Any thread; commands of several connections run side by side.
#pragma once

#include <functional>
#include <optional>
#include <stop_token>
#include <string>

#include "base/expected.h"
#include "control/status_text.h"
#include "migrator/controls.h"
#include "migrator/options.h"

namespace wisp::control {

struct Settings {
    bool force_named_cut_over = false;  // cut-over and panic must name the table
    bool force_named_panic = false;
};

struct Reply {
    std::string text;  // empty, or ends with a line end
    bool ok = true;
    bool unknown = false;  // there is no such command: is this an operator at all?
};

/// "chunk-size=500" in two, both trimmed; the argument unquoted where it stands in double quotes
/// or backquotes. Without "=" there is no argument.
struct Request {
    std::string verb;
    std::optional<std::string> argument;
};
[[nodiscard]] Request read_request(std::string_view line);

class Console {
  public:
    /// Asked before each command with its verb; an error refuses the command. After `panic`, which
    /// waits for nobody. Returns early when asked to stop. May be empty.
    using Gate = std::function<Expected<void>(const std::string& verb, const std::stop_token&)>;
    /// Gets every status that is told to somebody. May be empty.
    using Echo = std::function<void(const std::string& text)>;

    Console(migrator::Controls& controls, const migrator::MigrationOptions& options,
            Settings settings, Gate gate, Echo echo);

    [[nodiscard]] Reply answer(const std::string& line, const std::stop_token& stop = {});
    /// Before anybody is connected.
    void set_serving(Serving serving) { serving_ = std::move(serving); }

    // For the commands (commands.cpp, throttle_commands.cpp).
    [[nodiscard]] migrator::Controls& controls() { return controls_; }
    [[nodiscard]] const migrator::MigrationOptions& options() const { return options_; }
    [[nodiscard]] const Settings& settings() const { return settings_; }
    [[nodiscard]] std::string hints() const { return hint_block(controls_, serving_); }
    /// Hint block and status line after a note; told to the echo as well.
    [[nodiscard]] Reply status(const std::string& note = {});
    [[nodiscard]] std::string line() const;

  private:
    migrator::Controls& controls_;
    const migrator::MigrationOptions& options_;
    Settings settings_;
    Gate gate_;
    Echo echo_;
    Serving serving_;
};

}  // namespace wisp::control
