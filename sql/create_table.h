// SPDX-License-Identifier: Apache-2.0
// The text of SHOW CREATE TABLE taken apart at its commas: what stands between its parentheses, as
// the server writes it. From migrator/inspector to whoever must give a definition back word for
// word. Pure text; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/expected.h"

namespace wisp::sql {

enum class DefinitionKind : std::uint8_t {
    kColumn,
    kPrimaryKey,
    kUniqueKey,
    kKey,  // neither unique nor of a special kind
    kFulltextKey,
    kOtherKey,    // SPATIAL, VECTOR
    kForeignKey,  // with its CONSTRAINT name
    kOther,       // CHECK, PERIOD, …
};

struct Definition {
    DefinitionKind kind = DefinitionKind::kOther;
    std::string name;  // of a column or key; PRIMARY for the primary key
    std::string text;  // all of it, version comments included
};

/// In their order. Fails on a text that is no CREATE TABLE with definitions in parentheses.
[[nodiscard]] Expected<std::vector<Definition>> split_create_table(std::string_view create);

/// Without the table option AUTO_INCREMENT=n, which writes move.
[[nodiscard]] std::string without_counter(std::string_view create);

}  // namespace wisp::sql
