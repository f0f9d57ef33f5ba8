// SPDX-License-Identifier: Apache-2.0
// Row text: the SQL that turns a row into one text that two rows share only if they are the same
// bit by bit, and a range of rows into one digest. The same statement is sent to both servers.
// Pure text; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "migrator/plan.h"
#include "sql/table_def.h"

namespace wisp::drift {

/// How a digest is made; of a kind that all servers of a comparison know.
enum class DigestForm : std::uint8_t {
    kWide,    // XOR of the rows' SHA-256 in full: MySQL 8.0, whose BIT_XOR takes bytes
    kNarrow,  // XOR of 64 bits a row: CRC-32 of the row's SHA-256, and CRC-32 of the row
    kMd5,     // kNarrow with MD5, for servers without SHA-2 (built without TLS)
};

/// SQL texts, not NULL whatever the value: of one column, and of all of them.
[[nodiscard]] std::string column_text(const sql::Column& column, DigestForm form);
[[nodiscard]] std::string row_text(const std::vector<migrator::MappedColumn>& columns,
                                   DigestForm form);
/// A hash of a text, as text.
[[nodiscard]] std::string hash_of(const std::string& text, DigestForm form);

/// A select list of two: number of rows, and a digest of them. A row's text must not pass the
/// server's max_allowed_packet, or it becomes NULL: kLeastPacket is always enough.
constexpr std::uint64_t kLeastPacket = 1U << 20U;
[[nodiscard]] std::string digest_list(const std::vector<migrator::MappedColumn>& columns,
                                      DigestForm form);
/// The same for rows of which some may be alike, whose XOR would cancel: sums beside it.
[[nodiscard]] std::string digest_list_of_bag(const std::vector<migrator::MappedColumn>& columns,
                                             DigestForm form);

}  // namespace wisp::drift
