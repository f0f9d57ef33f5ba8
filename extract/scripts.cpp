// SPDX-License-Identifier: Apache-2.0
#include "extract/scripts.h"

#include <sys/stat.h>

#include <cerrno>
#include <stdexcept>
#include <string_view>
#include <system_error>

#include <fmt/format.h>

namespace wisp::extract {

namespace {

/// A name as part of a file's name: what could mean something to a shell or a path is escaped.
std::string file_part(std::string_view name) {
    std::string out;
    for (const char c : name) {
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                           (c >= '0' && c <= '9') || c == '_' || c == '-' || (c & 0x80) != 0;
        if (plain)
            out += c;
        else
            out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
    return out;
}

}  // namespace

Scripts::Scripts(ScriptsOptions options) : options_(std::move(options)) {
    constexpr mode_t kFolderMode = 0755;
    const auto& folder = options_.folder;
    if (!folder.empty() && ::mkdir(folder.c_str(), kFolderMode) != 0 && errno != EEXIST)
        throw std::runtime_error(fmt::format("the folder {} cannot be made: {}", folder,
                                             std::system_category().message(errno)));
    if (!options_.per_table)
        open(options_.script.direction == Direction::kBackward ? "rollback.sql" : "forward.sql");
}

Script& Scripts::open(const std::string& name) {
    auto& script = scripts_[name];
    if (!script)
        script = std::make_unique<Script>(
            options_.folder.empty() ? "" : options_.folder + "/" + name, options_.script);
    return *script;
}

Script& Scripts::script_of(const binlog::TableMap& table) {
    if (!options_.per_table) return *scripts_.begin()->second;
    return open(file_part(table.schema) + "." + file_part(table.table) + ".sql");
}

void Scripts::for_each(const std::function<void(Script&)>& action) {
    for (auto& [name, script] : scripts_) action(*script);
}

void Scripts::finish() {
    for (auto& [name, script] : scripts_) script->finish();
}

}  // namespace wisp::extract
