// SPDX-License-Identifier: Apache-2.0
#include "binlog/table_cache.h"

#include <algorithm>

namespace wisp::binlog {

TableCache::TableCache(std::vector<sql::TableName> watched,
                       std::vector<std::vector<ColumnHint>> hints) {
    hints.resize(watched.size());
    for (std::size_t i = 0; i < watched.size(); ++i)
        watched_.push_back({std::move(watched[i]), std::move(hints[i]), {}, nullptr});
}

Expected<void> TableCache::add(Bytes body, std::size_t fixed_size) {
    const auto name = parse_table_map_name(body, fixed_size);
    if (!name) return Unexpected(name.error());
    const auto entry = std::find_if(watched_.begin(), watched_.end(), [&](const Entry& candidate) {
        return candidate.name.table == name->table && candidate.name.schema == name->schema;
    });
    // The newest meaning of an id is found first.
    ids_.emplace_back(name->id, entry == watched_.end()
                                    ? kUnwatched
                                    : static_cast<std::size_t>(entry - watched_.begin()));
    if (entry == watched_.end() ||
        std::equal(body.begin(), body.end(), entry->body.begin(), entry->body.end()))
        return {};
    auto map = parse_table_map(body, fixed_size);
    if (!map) return Unexpected(std::move(map.error()));
    entry->map = std::make_shared<const TableMap>(std::move(*map));
    entry->body.assign(body.begin(), body.end());
    return {};
}

TableCache::Watched TableCache::find(std::uint64_t id) const {
    const auto found = std::find_if(ids_.rbegin(), ids_.rend(),
                                    [&](const auto& known) { return known.first == id; });
    if (found == ids_.rend()) return {};
    if (found->second == kUnwatched) return {nullptr, {}, true};
    const auto& entry = watched_[found->second];
    return {entry.map, entry.hints, true};
}

}  // namespace wisp::binlog
