// SPDX-License-Identifier: Apache-2.0
#include "binlog/table_cache.h"

#include <algorithm>

namespace wisp::binlog {

namespace {

/// Both names with what stands between them: they lie in one piece.
std::string_view key_of(const TableMapName& name) {
    return {name.schema.data(),
            static_cast<std::size_t>(name.table.data() + name.table.size() - name.schema.data())};
}

}  // namespace

Expected<void> TableCache::add(Bytes body, std::size_t fixed_size) {
    const auto name = parse_table_map_name(body, fixed_size);
    if (!name) return Unexpected(name.error());
    // The newest meaning of an id is found first.
    auto& [id, meaning] = ids_.emplace_back(name->id, nullptr);
    const auto key = key_of(*name);
    auto found = watched_.find(key);
    if (found == watched_.end()) {
        if (!choice_.watches(name->schema, name->table)) return {};
        found = watched_.emplace(key, Entry{}).first;
    }
    Entry& entry = found->second;
    meaning = &entry;
    if (std::equal(body.begin(), body.end(), entry.body.begin(), entry.body.end())) return {};
    auto map = parse_table_map(body, fixed_size);
    if (!map) return Unexpected(std::move(map.error()));
    entry.map = std::make_shared<const TableMap>(std::move(*map));
    if (choice_.hints) entry.hints = choice_.hints(*entry.map);
    entry.body.assign(body.begin(), body.end());
    return {};
}

TableCache::Watched TableCache::find(std::uint64_t id) const {
    const auto found = std::find_if(ids_.rbegin(), ids_.rend(),
                                    [&](const auto& known) { return known.first == id; });
    if (found == ids_.rend()) return {};
    if (found->second == nullptr) return {nullptr, {}, true};
    return {found->second->map, found->second->hints, true};
}

}  // namespace wisp::binlog
