// SPDX-License-Identifier: Apache-2.0
#include "extract/sql_store.h"

#include <algorithm>

#include "extract/framed.h"
#include "sql/statement_scan.h"

namespace wisp::extract {

namespace {

/// The same table as far as its rows go: servers give a table a new id whenever they reopen it.
bool same_definition(const binlog::TableMap& a, const binlog::TableMap& b) {
    return a.optional_fields == b.optional_fields &&
           std::equal(a.columns.begin(), a.columns.end(), b.columns.begin(), b.columns.end(),
                      [](const auto& x, const auto& y) {
                          return x.type == y.type && x.meta == y.meta && x.nullable == y.nullable;
                      });
}

}  // namespace

const SqlWriter::Table& SqlWriter::table_of(const std::shared_ptr<const binlog::TableMap>& map) {
    if (last_ != nullptr && last_->map == map) return *last_;
    Table& table = known(*map);
    table.map = map;
    last_ = &table;
    return table;
}

std::vector<binlog::ColumnHint> SqlWriter::hints_of(const binlog::TableMap& map) {
    return known(map).shape.hints;
}

SqlWriter::Table& SqlWriter::known(const binlog::TableMap& map) {
    Table& table = tables_[map.schema + '\0' + map.table];
    if (!table.map || !same_definition(*table.map, map)) {
        table.shape = shape_of(map, catalogue_);
        table.script = &scripts_.script_of(map);
        table.map = std::make_shared<const binlog::TableMap>(map);
    }
    return table;
}

const SqlWriter::Table* SqlWriter::renamed_by(const binlog::Statement& statement) const {
    for (const auto& [name, table] : tables_)
        if (table.shape.named_by_catalogue &&
            sql::changes_table(statement.text, statement.schema,
                               {table.map->schema, table.map->table}))
            return &table;
    return nullptr;
}

std::unique_ptr<Spool> SqlWriter::take_spool() {
    if (spare_.empty()) return std::make_unique<Spool>(spool_);
    auto spool = std::move(spare_.back());
    spare_.pop_back();
    return spool;
}

void SqlWriter::give_back(std::unique_ptr<Spool> spool) {
    if (spare_.size() >= scripts_.count()) return;
    spool->clear();
    spare_.push_back(std::move(spool));
}

SqlStore::~SqlStore() {
    for (auto& part : parts_) writer_.give_back(std::move(part.rows));
}

SqlStore::Part& SqlStore::part_of(Script* script) {
    for (auto& part : parts_)
        if (part.script == script) return part;
    parts_.push_back({script, writer_.take_spool(), false});
    return parts_.back();
}

void SqlStore::add(std::span<const binlog::Change> changes) {
    if (changes.empty() || !writer_.filter().wants(changes.front().kind)) return;
    const auto& table = writer_.table_of(changes.front().block->table);
    Part& part = part_of(table.script);
    if ((changes.front().block->flags & binlog::kFlagNoForeignKeyChecks) != 0)
        part.no_foreign_keys = true;
    std::string& out = part.rows->tail();
    if (writer_.direction() == Direction::kForward) {
        writer_.rows().append(changes, table.shape, out, [] {});
    } else {
        std::size_t begin = out.size();
        writer_.rows().append(changes, table.shape, out, [&] {
            end_frame(out, begin);
            begin = out.size();
        });
    }
    part.rows->settle();
}

std::uint64_t SqlStore::mark() {
    auto& sizes = marks_.emplace_back();
    for (const auto& part : parts_) sizes.push_back(part.rows->size());
    return marks_.size();
}

void SqlStore::cut(std::uint64_t mark) {
    const auto sizes = mark == 0 ? std::vector<std::uint64_t>{} : marks_[mark - 1];
    for (std::size_t i = 0; i < parts_.size(); ++i)
        parts_[i].rows->cut(i < sizes.size() ? sizes[i] : 0);
}

bool SqlStore::deliver(const binlog::Transaction& transaction) {
    bool any = false;
    for (auto& part : parts_) {
        if (part.rows->size() == 0) continue;
        part.script->add(transaction, *part.rows, part.no_foreign_keys);
        any = true;
    }
    return any;
}

}  // namespace wisp::extract
