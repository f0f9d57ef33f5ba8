// SPDX-License-Identifier: Apache-2.0
// RunFacts: what is known of a run for people: names, servers, since when. Grows while the run
// finds its way; commands and hooks read copies of it.
#pragma once

#include <chrono>
#include <string>

#include "sql/table_def.h"

namespace wisp::migrator {

struct RunFacts {
    sql::TableName source;
    sql::TableName ghost;  // empty until the table was looked at
    sql::TableName old;
    std::string alter;
    std::string applier;    // host:port of the server that is written; empty until it is known
    std::string inspector;  // whose binlog is read
    std::string applier_version;
    std::string inspector_version;
    std::string executing_host;  // where wisp runs
    bool dry_run = false;
    bool revert = false;
    bool rebuilds = false;  // a replica's table: wisp rebuild
    std::chrono::system_clock::time_point began{};
};

}  // namespace wisp::migrator
