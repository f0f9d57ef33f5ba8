// SPDX-License-Identifier: Apache-2.0
// Names of the tables one migration makes.
#pragma once

#include <string>
#include <string_view>

#include "migrator/plan.h"

namespace wisp::migrator {

/// `old_timestamp`: "20260102030405" for --timestamp-old-table, else empty. `base`: what ghost,
/// changelog and old table are named after, if not the source.
[[nodiscard]] TableNames table_names(const sql::TableName& source, std::string_view old_timestamp,
                                     std::string_view base = {});

/// A name of at most 64 characters that sorts after `base` byte by byte: the base itself with a
/// suffix if it fits, else "~" (above every ASCII letter) or, for names above that, U+FFFF.
[[nodiscard]] std::string name_after(const std::string& base, std::string_view suffix);

}  // namespace wisp::migrator
