// SPDX-License-Identifier: Apache-2.0
#include "drift/state_file.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstdio>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <utility>

#include "migrator/refusal.h"
#include "sql/identifier.h"

namespace wisp::drift {
namespace {

using Json = nlohmann::json;

constexpr int kFormat = 2;
constexpr std::chrono::hours kLongest{24};
constexpr std::chrono::seconds kPause{5};  // between two writings: so much is compared twice

std::string whose(const Options& options) {
    std::vector<std::string> replicas;
    for (const auto& replica : options.replicas) replicas.push_back(replica.label());
    return fmt::format("{} {} databases {} tables {}", options.primary.label(),
                       fmt::join(replicas, ","), fmt::join(options.databases, ","),
                       fmt::join(options.tables, ","));
}

Json to_json(const TableState& state) {
    return {{"definition", state.definition},
            {"after", state.after},
            {"done", state.done},
            {"rows", state.rows},
            {"keys", state.keys}};
}

TableState from_json(const Json& json) {
    TableState state;
    json.at("definition").get_to(state.definition);
    json.at("after").get_to(state.after);
    json.at("done").get_to(state.done);
    json.at("rows").get_to(state.rows);
    json.at("keys").get_to(state.keys);
    return state;
}

}  // namespace

StateFile::StateFile(std::string path, const Options& options)
    : path_(std::move(path)), whose_(whose(options)) {
    if (used() && std::filesystem::exists(path_)) read();
}

void StateFile::read() {
    std::ifstream file(path_);
    const Json json = Json::parse(file, nullptr, false);
    if (!json.is_object() || json.value("format", 0) != kFormat) {
        throw migrator::Refusal(
            fmt::format("--state-file: {} is no state of a comparison; name another file", path_));
    }
    if (json.value("comparison", "") != whose_) {
        throw migrator::Refusal(fmt::format(
            "--state-file: {} is of another comparison ({}); name another file, or remove it",
            path_, json.value("comparison", "")));
    }
    const auto age =
        std::chrono::seconds(std::time(nullptr) - json.value("written", std::int64_t{0}));
    if (age > kLongest) {
        throw migrator::Refusal(fmt::format(
            "--state-file: {} was written {} hours ago; what was equal then may have drifted since:"
            " remove it to begin anew",
            path_, std::chrono::duration_cast<std::chrono::hours>(age).count()));
    }
    kept_.write([&](Kept& kept) {
        for (const auto& [name, state] : json.at("tables").items()) {
            kept.tables.emplace(name, from_json(state));
        }
    });
}

std::optional<TableState> StateFile::of(const sql::TableName& table) const {
    return kept_.read([&](const Kept& kept) -> std::optional<TableState> {
        const auto found = kept.tables.find(sql::quote(table));
        if (found == kept.tables.end()) return std::nullopt;
        return found->second;
    });
}

bool StateFile::due() const {
    if (!used()) return false;
    return kept_.read(
        [](const Kept& kept) { return std::chrono::steady_clock::now() - kept.written >= kPause; });
}

void StateFile::keep(const sql::TableName& table, const std::optional<TableState>& state) {
    if (!used()) return;
    kept_.write([&](Kept& kept) {
        if (state) {
            kept.tables.insert_or_assign(sql::quote(table), *state);
        } else {
            kept.tables.erase(sql::quote(table));
        }
        write(kept);
        kept.written = std::chrono::steady_clock::now();
    });
}

/// In one step: a file that is half written is worth nothing.
void StateFile::write(const Kept& kept) const {
    Json tables = Json::object();
    for (const auto& [name, state] : kept.tables) tables[name] = to_json(state);
    const std::string unfinished = path_ + ".new";
    std::ofstream file(unfinished, std::ios::trunc);
    file << Json{{"format", kFormat},
                 {"comparison", whose_},
                 {"written", static_cast<std::int64_t>(std::time(nullptr))},
                 {"tables", tables}}
                .dump()
         << '\n';
    file.close();
    if (!file || std::rename(unfinished.c_str(), path_.c_str()) != 0) {
        throw migrator::Refusal("--state-file: " + path_ + " cannot be written");
    }
}

void StateFile::remove() const {
    if (used()) std::remove(path_.c_str());
}

}  // namespace wisp::drift
