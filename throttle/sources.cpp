// SPDX-License-Identifier: Apache-2.0
#include "throttle/sources.h"

#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "throttle/disk.h"
#include "throttle/flag_file.h"
#include "throttle/http.h"
#include "throttle/knob_source.h"
#include "throttle/lag.h"
#include "throttle/load.h"
#include "throttle/query.h"
#include "throttle/replica_lag.h"

namespace wisp::throttle {
namespace {

constexpr std::string_view kLag = "lag ";
constexpr std::string_view kLoad = "load ";

ComingAndGoing follower_sources(const Subjects& subjects, const SharedKnobs& knobs) {
    ComingAndGoing sources;
    sources.wanted = [subjects] {
        std::set<std::string> names;
        for (const auto& follower : subjects.followers) {
            const std::string label = follower.label();
            const auto is_left = [&](const auto& left) { return left.contains(label); };
            if (subjects.left && subjects.left->read(is_left)) continue;
            names.insert(std::string(kLag) + label);
            if (label != subjects.writer.label()) names.insert(std::string(kLoad) + label);
        }
        return names;
    };
    sources.make = [subjects, knobs](const std::string& name) -> std::unique_ptr<Source> {
        const auto follower = std::find_if(
            subjects.followers.begin(), subjects.followers.end(),
            [&](const mysql::Endpoint& one) { return name.ends_with(" " + one.label()); });
        if (name.starts_with(kLag)) return std::make_unique<ReplicaLag>(*follower, knobs);
        return std::make_unique<LoadSource>(*follower, knobs);
    };
    return sources;
}

}  // namespace

std::vector<std::unique_ptr<Source>> make_sources(const Subjects& subjects,
                                                  const SharedKnobs& knobs,
                                                  const FoundReplicas& found) {
    std::vector<std::unique_ptr<Source>> sources;
    const auto add_file = [&](const char* flag, std::string Knobs::*path, Effect effect) {
        sources.push_back(std::make_unique<FlagFile>(flag, path, effect, knobs));
    };
    add_file("panic-flag-file", &Knobs::panic_flag_file, Effect::kAbort);
    add_file("throttle-flag-file", &Knobs::flag_file, Effect::kHoldAll);
    add_file("throttle-additional-flag-file", &Knobs::additional_flag_file, Effect::kHoldAll);
    sources.push_back(make_manual_hold(knobs));
    sources.push_back(make_nice_ratio(knobs));
    if (subjects.commits) {
        sources.push_back(std::make_unique<CommitLatency>(subjects.commits, knobs));
    }
    sources.push_back(std::make_unique<LoadSource>(subjects.writer, knobs));
    for (const mysql::Endpoint& reader : subjects.readers) {
        sources.push_back(std::make_unique<LoadSource>(reader, knobs));
    }
    sources.push_back(std::make_unique<QuerySource>(subjects.writer, knobs));
    sources.push_back(std::make_unique<HttpSource>(knobs));
    sources.push_back(std::make_unique<DiskSource>(subjects.writer, subjects.changelog, knobs));
    if (!subjects.inspected) return sources;
    sources.push_back(std::make_unique<LagSource>(*subjects.inspected, subjects.changelog, knobs));
    sources.push_back(
        std::make_unique<ReplicaFinder>(subjects.writer, *subjects.inspected, knobs, found));
    return sources;
}

ComingAndGoing replica_sources(const Subjects& subjects, const SharedKnobs& knobs,
                               const FoundReplicas& found) {
    if (!subjects.followers.empty()) return follower_sources(subjects, knobs);
    ComingAndGoing replicas;
    if (!subjects.inspected) {
        replicas.wanted = [] { return std::set<std::string>{}; };
        return replicas;
    }
    replicas.wanted = [knobs, found, watched = subjects.inspected->label()] {
        const Knobs now = knobs->copy();
        std::set<std::string> labels;
        for (const Address& replica : now.control_replicas) labels.insert(replica.label());
        if (now.find_replicas) {
            for (const Address& replica : found->copy()) labels.insert(replica.label());
        }
        labels.erase(watched);
        return labels;
    };
    replicas.make = [knobs, subjects](const std::string& label) -> std::unique_ptr<Source> {
        const auto address = parse_address(label);
        return std::make_unique<LagSource>(at(*subjects.inspected, *address), subjects.changelog,
                                           knobs);
    };
    return replicas;
}

}  // namespace wisp::throttle
