// SPDX-License-Identifier: Apache-2.0
#include "binlog/group.h"

#include <algorithm>
#include <utility>

namespace wisp::binlog {

namespace {

/// Savepoint names are compared without regard to case; ASCII is all we fold.
std::string folded(std::string_view name) {
    std::string text(name);
    for (char& c : text)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return text;
}

}  // namespace

bool Group::has_content() const {
    return has_rows() || !building_.statements.empty() || !building_.unseen_xa.empty();
}

void Group::open(const std::string& gtid) {
    opened_ = true;
    building_.gtid = gtid;
}

void Group::rows_added(std::size_t bytes) {
    if (!make_store_) {
        building_.bytes += bytes;
        return;
    }
    if (!building_.stored) building_.stored = make_store_();
    building_.stored->add(building_.changes);
    building_.changes.clear();
}

void Group::add(Statement statement) {
    building_.bytes += sizeof(Statement) + statement.schema.size() + statement.text.size();
    building_.statements.push_back(std::move(statement));
}

void Group::savepoint(std::string_view name) {
    release(name);  // a name used again moves
    savepoints_.push_back({folded(name), building_.changes.size(), building_.bytes,
                           building_.stored ? building_.stored->mark() : 0});
}

void Group::release(std::string_view name) {
    std::erase_if(savepoints_,
                  [key = folded(name)](const auto& point) { return point.name == key; });
}

bool Group::rollback_to(std::string_view name) {
    const auto point = std::find_if(savepoints_.begin(), savepoints_.end(),
                                    [key = folded(name)](const auto& p) { return p.name == key; });
    if (point == savepoints_.end()) return false;
    building_.changes.resize(point->changes);
    building_.bytes = point->bytes;
    if (building_.stored) building_.stored->cut(point->stored);
    savepoints_.erase(point + 1, savepoints_.end());
    return true;
}

void Group::drop_changes() {
    building_.changes.clear();
    building_.bytes = 0;
    building_.stored.reset();
}

void Group::hold(const std::string& xid, const Position& start) {
    held_[xid] = {std::move(building_.changes), std::move(building_.statements), building_.bytes,
                  std::move(building_.stored), start};
    building_.changes.clear();
    building_.statements.clear();
    building_.stored.reset();
    building_.bytes = 0;
}

void Group::commit_held(const std::string& xid) {
    const auto held = held_.find(xid);
    if (held == held_.end()) {
        building_.unseen_xa = xid;
        return;
    }
    building_.changes = std::move(held->second.changes);
    building_.statements = std::move(held->second.statements);
    building_.bytes = held->second.bytes;
    building_.stored = std::move(held->second.stored);
    building_.decided_xa = xid;
    held_.erase(held);
}

Position Group::undecided_from() const {
    Position oldest;
    for (const auto& [xid, held] : held_) {
        if (oldest.empty() || held.start < oldest) oldest = held.start;
    }
    return oldest;
}

Transaction Group::take() {
    Transaction finished = std::move(building_);
    finished.undecided_from = undecided_from();
    finished.bytes += sizeof(Transaction);
    reset();
    return finished;
}

void Group::reset() {
    opened_ = false;
    begun_ = false;
    // Member by member: most groups hold nothing, and the vector and string keep their memory.
    building_.gtid.clear();
    building_.began = 0;
    building_.changes.clear();
    building_.statements.clear();
    building_.unseen_xa.clear();
    building_.decided_xa.clear();
    building_.bytes = 0;
    building_.stored.reset();
    savepoints_.clear();
}

}  // namespace wisp::binlog
