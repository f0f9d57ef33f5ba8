// SPDX-License-Identifier: Apache-2.0
// Row copy: rows of the primary, by key, as what an INSERT on a replica takes. One thread.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "drift/rows.h"
#include "drift/subject.h"

namespace wisp::mysql {
class Connection;
}

namespace wisp::drift {

struct CopiedRow {
    std::string tuple;                 // "(1,'a')"
    std::vector<std::string> lenient;  // columns that only a session without strict mode writes
    /// Why it cannot be written: a JSON document that text does not tell exactly. Empty if it can.
    std::string problem;
};

/// "`a`,`b`": the columns of CopiedRow::tuple; generated ones are left to the server.
[[nodiscard]] std::string copied_columns(const Subject& subject);

/// As rows_of(). The session must not convert results: character_set_results NULL.
[[nodiscard]] std::map<Key, CopiedRow> copies_of(mysql::Connection& primary, const View& view,
                                                 const std::vector<Key>& keys, std::size_t first,
                                                 std::size_t count);

}  // namespace wisp::drift
