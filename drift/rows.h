// SPDX-License-Identifier: Apache-2.0
// Rows: what one server shows of a table: a digest of a range, a hash of each of its rows, and of
// some rows by key the hashes of their columns. Each is one statement; nothing is proved here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "drift/report.h"
#include "drift/row_text.h"
#include "drift/subject.h"
#include "migrator/chunker.h"

namespace wisp::mysql {
class Connection;
}

namespace wisp::drift {

/// How one server is asked about the subject.
struct View {
    const Subject& subject;
    DigestForm form = DigestForm::kWide;
    std::string index;    // " FORCE INDEX (…)", if it has the key's
    std::string reading;  // " LOCK IN SHARE MODE", for rows by key only
};

struct Digest {
    std::uint64_t rows = 0;
    std::string value;
    bool operator==(const Digest&) const = default;
};

using Key = std::vector<std::string>;  // SQL literals

[[nodiscard]] Digest digest_of(mysql::Connection& server, const View& view,
                               const migrator::Range& range);
/// Of all rows of a table without a key.
[[nodiscard]] Digest digest_of_bag(mysql::Connection& server, const View& view);
/// The hash of each row of a range.
[[nodiscard]] std::map<Key, std::string> hashes_of(mysql::Connection& server, const View& view,
                                                   const migrator::Range& range);

struct LookedRow {
    std::string name;                 // of its key, migrator/verify/key_name.h
    std::vector<std::string> hashes;  // by column of the plan
};
/// The rows under keys[first, first + count), as the server compares keys: with a collation a key
/// finds other spellings of it too.
[[nodiscard]] std::map<Key, LookedRow> rows_of(mysql::Connection& server, const View& view,
                                               const std::vector<Key>& keys, std::size_t first,
                                               std::size_t count);

struct Differing {
    RowDrift row;
    std::string name;  // as LookedRow::name
};
/// Keys under which the two sides do not show the same.
[[nodiscard]] std::map<Key, Differing> differences(const Subject& subject,
                                                   const std::map<Key, LookedRow>& primary,
                                                   const std::map<Key, LookedRow>& replica);

}  // namespace wisp::drift
