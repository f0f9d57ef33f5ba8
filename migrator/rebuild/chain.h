// SPDX-License-Identifier: Apache-2.0
// Chain: replicas of a run that replicate from one another. Says whether that can be rebuilt at one
// go, and in which order the cuts come. docs/rebuild.md, "Several replicas". Main thread.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "migrator/rebuild/target.h"

namespace wisp::migrator {

using Targets = std::vector<std::unique_ptr<Target>>;

/// After Target::look() of all: gives each target the one above it, and the issues that are in the
/// way there. Throws Refusal if replicas replicate from each other, and not from `primary`; and
/// mysql::Error.
void link_chain(const Targets& targets, const std::string& primary);

/// The order of the cuts: a replica before those below it, as its binlog tells them no more than it
/// has itself; those that are delayed on purpose last, so that they hold up nobody.
void order_cuts(Targets& targets);

}  // namespace wisp::migrator
