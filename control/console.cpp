// SPDX-License-Identifier: Apache-2.0
#include "control/console.h"

#include <fmt/format.h>

#include "base/log.h"
#include "control/commands.h"
#include "throttle/http.h"

namespace wisp::control {
namespace {

std::string_view trim(std::string_view text) {
    constexpr std::string_view kBlank = " \t\r\n";
    const auto first = text.find_first_not_of(kBlank);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

/// What stands in double quotes or backquotes, without them; everything else as it is.
std::string unquoted(std::string_view text) {
    if (text.size() < 2 || text.front() != text.back()) return std::string(text);
    const std::string_view inside = text.substr(1, text.size() - 2);
    if (text.front() == '`' && inside.find('`') == std::string_view::npos) {
        return std::string(inside);
    }
    if (text.front() != '"') return std::string(text);
    std::string plain;
    for (std::size_t i = 0; i < inside.size(); ++i) {
        if (inside[i] == '"') return std::string(text);  // not one string
        if (inside[i] != '\\') {
            plain += inside[i];
            continue;
        }
        if (++i == inside.size()) return std::string(text);
        const char escaped = inside[i];
        if (escaped != '"' && escaped != '\\' && escaped != 'n' && escaped != 't') {
            return std::string(text);
        }
        plain += escaped == 'n' ? '\n' : escaped == 't' ? '\t' : escaped;
    }
    return plain;
}

}  // namespace

Request read_request(std::string_view line) {
    const auto equals = line.find('=');
    if (equals == std::string_view::npos) return {std::string(trim(line)), std::nullopt};
    return {std::string(trim(line.substr(0, equals))), unquoted(trim(line.substr(equals + 1)))};
}

Console::Console(migrator::Controls& controls, const migrator::MigrationOptions& options,
                 Settings settings, Gate gate, Echo echo)
    : controls_(controls),
      options_(options),
      settings_(settings),
      gate_(std::move(gate)),
      echo_(std::move(echo)) {}

Reply Console::answer(const std::string& line, const std::stop_token& stop) {
    const Request request = read_request(line);
    const Command* command = find_command(request.verb);
    if (command == nullptr) return {"unknown command: " + request.verb + "\n", false, true};
    const auto ask = [&]() -> Expected<void> {
        return gate_ ? gate_(request.verb, stop) : Expected<void>();
    };
    if (!command->at_once) {
        if (const auto allowed = ask(); !allowed) return refused(allowed.error());
    }
    const std::string argument = request.argument.value_or("");
    log::info(R"(command verb={} argument="{}")", request.verb,
              request.verb == "throttle-http" ? throttle::shown_url(argument) : argument);
    Reply reply = command->run(*this, request.argument);
    if (command->at_once) {
        if (const auto content = ask(); !content) {
            log::warn("{}; {} cannot be refused", content.error(), request.verb);
        }
    }
    return reply;
}

std::string Console::line() const {
    return status_line(controls_.snapshot(), options_.queue_bytes) + "\n";
}

Reply Console::status(const std::string& note) {
    const std::string text = hints() + line();
    if (echo_) echo_(text);
    return {(note.empty() ? "" : note + "\n") + text, true};
}

}  // namespace wisp::control
