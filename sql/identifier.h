// SPDX-License-Identifier: Apache-2.0
// Identifiers and text as SQL, and the names of the tables wisp makes beside the source table.
// Pure text; any thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "sql/table_def.h"

namespace wisp::sql {

/// MySQL and MariaDB count characters (of utf8mb3), not bytes.
constexpr std::size_t kMaxNameCharacters = 64;

/// `name`, with inner backticks doubled.
[[nodiscard]] std::string quote(std::string_view name);
/// `schema`.`table`.
[[nodiscard]] std::string quote(const TableName& name);
/// 'text' for a session with NAMES utf8mb4 and without NO_BACKSLASH_ESCAPES; for catalogue queries.
[[nodiscard]] std::string text_literal(std::string_view utf8);

/// Equal without regard to ASCII case, as the servers compare column names.
[[nodiscard]] bool same_name(std::string_view a, std::string_view b);
/// Characters in a UTF-8 text (bytes that do not continue a character).
[[nodiscard]] std::size_t character_count(std::string_view utf8);

/// "_" + base + suffix in at most 64 characters. A base that does not fit is cut at a character
/// boundary and followed by "_" and six hexadecimal digits of a hash of the whole base, so that two
/// long names with a common beginning stay apart.
[[nodiscard]] std::string derived_name(std::string_view base, std::string_view suffix);
[[nodiscard]] std::string ghost_name(std::string_view base);       // _T_gho
[[nodiscard]] std::string changelog_name(std::string_view base);   // _T_ghc
[[nodiscard]] std::string checkpoint_name(std::string_view base);  // _T_ghk
/// _T_del, or _T_<timestamp>_del when a timestamp text is given.
[[nodiscard]] std::string old_name(std::string_view base, std::string_view timestamp = {});
/// _T_drifted: a replica's old table. Another name than any that is made on the primary, whose
/// statements come to the replica, too.
[[nodiscard]] std::string drifted_name(std::string_view base);

}  // namespace wisp::sql
