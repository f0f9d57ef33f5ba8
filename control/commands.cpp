// SPDX-License-Identifier: Apache-2.0
#include "control/commands.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <fstream>

#include "sql/identifier.h"

namespace wisp::control {
namespace {

Reply no_profile(Console&, const Argument&) {
    return refused(
        "cpu-profile: wisp makes no profiles of itself; use `perf record -p` on its process");
}

Reply coordinates(Console& console, const Argument& argument) {
    if (argument && !argument->empty() && !asks(argument)) {
        return refused("coordinates are read-only");
    }
    return told(console.controls().snapshot().stream_position);
}

Reply server(const std::string& label, const std::string& version) {
    // gh-ost says nothing of a server it has not reached; neither do we.
    if (label.empty()) return {"", true};
    return told(fmt::format("Host: {}, Version: {}", label, version));
}

Reply applier(Console& console, const Argument&) {
    const auto facts = console.controls().facts.copy();
    return server(facts.applier, facts.applier_version);
}

Reply inspector(Console& console, const Argument&) {
    const auto facts = console.controls().facts.copy();
    return server(facts.inspector, facts.inspector_version);
}

Reply chunk_size(Console& console, const Argument& argument) {
    auto& dials = console.controls().dials;
    if (asks(argument)) return told(std::to_string(dials.chunk_rows_now.load()));
    if (argument == "auto") {
        dials.chunk_rows = 0;
        return console.status("Chunks are steered by time");
    }
    const auto rows = clamped(argument.value_or(""), 10, 100'000);
    if (!rows) {
        return refused(
            fmt::format("chunk-size: \"{}\" is no whole number (or auto)", argument.value_or("")));
    }
    dials.chunk_rows = dials.chunk_rows_now = static_cast<std::size_t>(*rows);
    return console.status();
}

Reply dml_batch_size(Console& console, const Argument& argument) {
    auto& dials = console.controls().dials;
    if (asks(argument)) return told(std::to_string(dials.batch_rows.load()));
    const auto rows = clamped(argument.value_or(""), 1, 100'000);
    if (!rows) {
        return refused(
            fmt::format("dml-batch-size: \"{}\" is no whole number", argument.value_or("")));
    }
    dials.batch_rows = static_cast<std::size_t>(*rows);
    return console.status();
}

Reply postpone(Console& console, const Argument& argument) {
    const auto present = console.controls().postponement.copy();
    if (asks(argument)) return told(present.file);
    if (argument.value_or("").empty()) {
        return refused("postpone-cut-over-flag-file: name the file");
    }
    const std::ofstream file(*argument, std::ios::app);
    if (!file) {
        return refused(fmt::format("postpone-cut-over-flag-file: {} cannot be created", *argument));
    }
    console.controls().postponement.write([&](migrator::Postponement& p) {
        p.file = *argument;
        p.lifted = false;
    });
    return console.status("Postponed");
}

Reply unpostpone(Console& console, const Argument& argument) {
    const char* demands =
        console.settings().force_named_cut_over ? "--force-named-cut-over" : nullptr;
    if (const auto wrong = wrong_table(console, argument, demands)) return refused(*wrong);
    const bool lifted = console.controls().postponement.write([](migrator::Postponement& p) {
        if (p.waiting) p.lifted = true;
        return p.waiting;
    });
    if (lifted) return console.status("Unpostponed");
    return refused(
        "the cut-over is not being postponed at this moment; nothing was changed. See `status`");
}

Reply panic(Console& console, const Argument& argument) {
    const char* demands = console.settings().force_named_panic ? "--force-named-panic" : nullptr;
    if (const auto wrong = wrong_table(console, argument, demands)) return refused(*wrong);
    console.controls().end("ended by the command panic");
    return told("the run ends; what is left on the server is named in its log");
}

std::vector<Command> general_commands() {
    const auto help = [](Console&, const Argument&) { return Reply{help_text(), true}; };
    const auto status = [](Console& console, const Argument&) { return console.status(); };
    const auto sup = [](Console& console, const Argument&) { return Reply{console.line(), true}; };
    const auto json = [](Console& console, const Argument&) {
        return told(status_json(console.controls(), console.options()));
    };
    return {{{"help"}, "", "this list", help},
            {{"status", "info"}, "", "settings and progress", status},
            {{"sup"}, "", "progress, one line", sup},
            {{"status-json"}, "", "settings and progress, one line of JSON", json},
            {{"coordinates"}, "", "position in the binary log", coordinates},
            {{"applier"}, "", "the server that is written", applier},
            {{"inspector"}, "", "the server whose binary log is read", inspector},
            {{"cpu-profile"}, "=<options>", "not made by wisp; says what to do", no_profile},
            {{"chunk-size"}, "=<rows>|auto", "rows of a chunk, 10 to 100000", chunk_size},
            {{"dml-batch-size"},
             "=<rows>",
             "rows of one write of the replay, 1 to 100000",
             dml_batch_size},
            {{"postpone-cut-over-flag-file"},
             "=<path>",
             "makes the file; the swap waits while it exists",
             postpone},
            {{"unpostpone", "no-postpone", "cut-over"},
             "[=<table>]",
             "ends the postponement: swap now",
             unpostpone},
            {{"panic"}, "[=<table>]", "ends the run at once", panic, true}};
}

}  // namespace

const std::vector<Command>& commands() {
    static const std::vector<Command> kAll = [] {
        auto all = general_commands();
        for (auto& command : throttle_commands()) all.push_back(std::move(command));
        return all;
    }();
    return kAll;
}

const Command* find_command(std::string_view verb) {
    for (const Command& command : commands()) {
        const auto& names = command.names;
        if (std::find(names.begin(), names.end(), verb) != names.end()) return &command;
    }
    return nullptr;
}

std::string help_text() {
    std::string text = "available commands:\n";
    for (const Command& command : commands()) {
        const std::string name = command.names.front() + command.usage;
        text += fmt::format("{:<38} # {}", name, command.help);
        if (command.names.size() > 1) {
            text += fmt::format(" (also: {})",
                                fmt::join(command.names.begin() + 1, command.names.end(), ", "));
        }
        text += "\n";
    }
    return text +
           "- most settings take `?` as their argument and tell the present value\n"
           "- after the command `session` a connection takes command after command\n";
}

std::optional<std::string> wrong_table(Console& console, const Argument& argument,
                                       const char* demands) {
    const std::string named = argument.value_or("");
    const std::string present = console.controls().facts.copy().source.table;
    if (named.empty()) {
        if (demands == nullptr) return std::nullopt;
        return fmt::format("{} is given: name the table, as in command={}", demands, present);
    }
    if (sql::same_name(named, present)) return std::nullopt;
    return fmt::format("this run migrates {}, the command is for {}; nothing was changed", present,
                       named);
}

std::optional<long long> clamped(const std::string& text, long long low, long long high) {
    long long number = 0;
    const char* const end = text.data() + text.size();
    const auto [last, error] = std::from_chars(text.data(), end, number);
    if (error != std::errc() || last != end) return std::nullopt;
    return std::clamp(number, low, high);
}

}  // namespace wisp::control
