// SPDX-License-Identifier: Apache-2.0
// SQL text to tokens: just enough lexing to find names and top-level commas without being fooled by
// strings, quotes and comments. Comments are skipped; the content of version comments (/*!80000 …
// */, MariaDB's /*M! … */) counts as SQL, whatever the version. Pure text; any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/expected.h"

namespace wisp::sql {

struct Token {
    enum class Kind : std::uint8_t {
        kWord,          // keyword or unquoted identifier; `text` as written
        kQuotedName,    // `…`; `text` without the quotes, doubled backticks undone
        kDoubleQuoted,  // "…": a name under ANSI_QUOTES, else a string; `text` unescaped
        kString,        // '…'; `text` unescaped
        kNumber,        // 1, 1.5e3, 0xff
        kPunctuation,   // one character
    };
    Kind kind = Kind::kWord;
    std::string text;
    std::size_t begin = 0;  // offsets into the source text, quotes included
    std::size_t end = 0;
    bool versioned = false;  // inside a version comment

    /// True if this is the unquoted word (ASCII case ignored).
    [[nodiscard]] bool is(std::string_view word) const;
    [[nodiscard]] bool is(char punctuation) const;
    /// True if it can be a name: a word, a `quoted` or a "doubly quoted" one.
    [[nodiscard]] bool may_be_name() const;
};

enum class Backslash : std::uint8_t {
    kEscapes,   // the default sql_mode
    kOrdinary,  // NO_BACKSLASH_ESCAPES
};

/// Fails on an unterminated quote or comment.
[[nodiscard]] Expected<std::vector<Token>> tokenize(std::string_view sql,
                                                    Backslash backslash = Backslash::kEscapes);

}  // namespace wisp::sql
