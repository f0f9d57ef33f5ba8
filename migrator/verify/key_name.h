// SPDX-License-Identifier: Apache-2.0
// Key name: one text for one key, whether it came in a row image or was selected. Two spellings of
// a key may share a name (trailing spaces, zeros; types whose bytes are not told apart), one
// spelling never has two: so "touched" may be said once too often, never once too rarely.
#pragma once

#include <string>

#include "binlog/value_decoder.h"
#include "migrator/plan.h"

namespace wisp::mysql {
class Row;
}

namespace wisp::migrator {

/// Of a decoded row of the source, in which the key columns at least are decoded.
[[nodiscard]] std::string key_name(const Plan& plan, const binlog::DecodedRow& row);
/// Of a row that starts with key_select_list(), of either side.
[[nodiscard]] std::string key_name(const Plan& plan, const mysql::Row& row);

}  // namespace wisp::migrator
