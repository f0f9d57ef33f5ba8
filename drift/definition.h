// SPDX-License-Identifier: Apache-2.0
// Definition: in what two servers' definitions of one table differ. Pure data; any thread.
#pragma once

#include <string>
#include <vector>

#include "sql/table_def.h"

namespace wisp::drift {

struct DefinitionDrift {
    std::vector<std::string> differences;  // of columns and unique keys: drift
    std::vector<std::string> notes;        // of other indexes and defaults: maybe on purpose
    bool rows_comparable = true;           // each stored column is there, of the same type
};

/// Neither the order of columns nor the display width of integers counts.
[[nodiscard]] DefinitionDrift compare_definitions(const sql::Table& primary,
                                                  const sql::Table& replica);

/// "(`a`, `b`(10))": an index without its name.
[[nodiscard]] std::string key_text(const sql::Key& key);

}  // namespace wisp::drift
