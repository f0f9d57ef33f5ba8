// SPDX-License-Identifier: Apache-2.0
// The text of SHOW CREATE TRIGGER taken apart, so that the same trigger can be made under another
// name on another table. Its bytes are in the character set of the session that made it; all of
// them leave ASCII as it is, which is what is looked at here. Pure text; any thread.
#pragma once

#include <string>
#include <string_view>

#include "base/expected.h"

namespace wisp::sql {

struct TriggerText {
    std::string create;  // "CREATE DEFINER=`u`@`h` TRIGGER"; name and table stood behind it
    std::string timing;  // "BEFORE"
    std::string event;   // "INSERT"
    std::string body;    // from behind FOR EACH ROW, byte for byte
    bool operator==(const TriggerText&) const = default;
};

/// Fails on a text that is no trigger on one event of a table's rows. The servers leave out FOLLOWS
/// and PRECEDES (MySQL 9.7, MariaDB 10.11): the order is in ACTION_ORDER.
[[nodiscard]] Expected<TriggerText> split_create_trigger(std::string_view create);

/// With the suffix, or without it if `remove` and the name ends in it and is more than it.
[[nodiscard]] std::string suffixed_trigger(std::string_view name, std::string_view suffix,
                                           bool remove);

}  // namespace wisp::sql
