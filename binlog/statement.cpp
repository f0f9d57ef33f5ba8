// SPDX-License-Identifier: Apache-2.0
#include "binlog/statement.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "binlog/unpack.h"

namespace wisp::binlog {

namespace {

bool is_space(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
}

bool is_word(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '$' || byte >= 0x80;
}

char upper(char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

bool same_word(std::string_view text, std::string_view keyword) {
    return std::equal(text.begin(), text.end(), keyword.begin(), keyword.end(),
                      [](char a, char b) { return upper(a) == b; });
}

/// Reads a statement word by word, comments and white space left out.
class Words {
  public:
    explicit Words(std::string_view text) : text_(text) { skip_blank(); }

    [[nodiscard]] bool at_end() const { return at_ >= text_.size() || text_[at_] == ';'; }
    /// Steps over the keyword if it comes next.
    bool keyword(std::string_view expected) {
        std::size_t end = at_;
        while (end < text_.size() && is_word(text_[end])) ++end;
        if (!same_word(text_.substr(at_, end - at_), expected)) return false;
        at_ = end;
        skip_blank();
        return true;
    }
    bool symbol(char expected) {
        if (at_ >= text_.size() || text_[at_] != expected) return false;
        ++at_;
        skip_blank();
        return true;
    }
    /// A name, plain or in `…` or "…" (sql_mode ANSI_QUOTES); a string in '…' as well.
    std::optional<std::string> name();
    /// X'6162', 0x6162, 'ab', "ab".
    std::optional<std::string> bytes();
    std::optional<std::uint32_t> number();

  private:
    void skip_blank();
    std::optional<std::string> quoted(char quote);
    std::string plain();

    std::string_view text_;
    std::size_t at_ = 0;
};

/// Comments that hold code (/*! … */, /*M! … */) are no blank.
void Words::skip_blank() {
    while (at_ < text_.size()) {
        const auto rest = text_.substr(at_);
        if (is_space(rest[0])) {
            ++at_;
            continue;
        }
        const bool block =
            rest.starts_with("/*") && !rest.starts_with("/*!") && !rest.starts_with("/*M!");
        const bool line =
            rest[0] == '#' || (rest.starts_with("--") && (rest.size() == 2 || is_space(rest[2])));
        if (!block && !line) return;
        const auto end = block ? rest.find("*/", 2) : rest.find('\n');
        at_ = end == std::string_view::npos ? text_.size() : at_ + end + (block ? 2 : 1);
    }
}

std::optional<std::string> Words::quoted(char quote) {
    std::string value;
    for (std::size_t i = at_ + 1; i < text_.size(); ++i) {
        if (text_[i] == quote) {
            if (i + 1 < text_.size() && text_[i + 1] == quote) {
                ++i;
            } else {
                at_ = i + 1;
                skip_blank();
                return value;
            }
        }
        value += text_[i];
    }
    return std::nullopt;
}

std::string Words::plain() {
    const std::size_t start = at_;
    while (at_ < text_.size() && is_word(text_[at_])) ++at_;
    std::string word(text_.substr(start, at_ - start));
    skip_blank();
    return word;
}

std::optional<std::string> Words::name() {
    if (at_end()) return std::nullopt;
    const char c = text_[at_];
    if (c == '`' || c == '"' || c == '\'') return quoted(c);
    auto word = plain();
    return word.empty() ? std::nullopt : std::optional(std::move(word));
}

std::optional<std::string> unhex(std::string_view digits) {
    if (digits.size() % 2 != 0) return std::nullopt;
    std::string bytes;
    for (std::size_t i = 0; i < digits.size(); i += 2) {
        unsigned value = 0;
        const auto* end = digits.data() + i + 2;
        const auto [at, error] = std::from_chars(digits.data() + i, end, value, 16);
        if (error != std::errc{} || at != end) return std::nullopt;
        bytes += static_cast<char>(value);
    }
    return bytes;
}

std::optional<std::string> Words::bytes() {
    const auto rest = text_.substr(std::min(at_, text_.size()));
    if (rest.size() >= 2 && upper(rest[0]) == 'X' && rest[1] == '\'') {
        ++at_;
        const auto digits = quoted('\'');
        return digits ? unhex(*digits) : std::nullopt;
    }
    if (rest.starts_with("0x") || rest.starts_with("0X")) {
        const auto word = plain();
        return unhex(std::string_view(word).substr(2));
    }
    if (!rest.empty() && (rest[0] == '\'' || rest[0] == '"')) return quoted(rest[0]);
    return std::nullopt;
}

std::optional<std::uint32_t> Words::number() {
    const auto word = plain();
    std::uint32_t value = 0;
    const auto* end = word.data() + word.size();
    const auto [at, error] = std::from_chars(word.data(), end, value);
    return error == std::errc{} && at == end ? std::optional(value) : std::nullopt;
}

/// gtrid [, bqual [, formatID]]; the SQL defaults are '' and 1.
std::optional<std::string> read_xid(Words& words) {
    const auto gtrid = words.bytes();
    std::optional<std::string> bqual = "";
    std::optional<std::uint32_t> format = 1;
    if (words.symbol(',')) {
        bqual = words.bytes();
        if (words.symbol(',')) format = words.number();
    }
    if (!gtrid || !bqual || !format) return std::nullopt;
    return xid_text(*gtrid, *bqual, *format);
}

/// A form that cannot be read stays a statement: the caller sees it and does not lose anything.
Meaning with_name(Control control, std::optional<std::string> name, bool complete) {
    if (!name || !complete) return {};
    return {control, std::move(*name)};
}

Meaning xa_meaning(Words& words) {
    struct Verb {
        std::string_view keyword;
        Control control;
    };
    static constexpr std::array kVerbs{
        Verb{"START", Control::kXaStart},   Verb{"BEGIN", Control::kXaStart},
        Verb{"END", Control::kXaEnd},       Verb{"PREPARE", Control::kXaPrepare},
        Verb{"COMMIT", Control::kXaCommit}, Verb{"ROLLBACK", Control::kXaRollback},
    };
    for (const auto& [keyword, control] : kVerbs) {
        if (!words.keyword(keyword)) continue;
        auto name = read_xid(words);
        const bool one_phase =
            control == Control::kXaCommit && words.keyword("ONE") && words.keyword("PHASE");
        return with_name(one_phase ? Control::kXaCommitOnePhase : control, std::move(name), true);
    }
    return {};
}

Meaning rollback_meaning(Words& words) {
    words.keyword("WORK");
    if (!words.keyword("TO")) return {Control::kRollback, {}};
    words.keyword("SAVEPOINT");
    auto name = words.name();
    return with_name(Control::kRollbackTo, std::move(name), words.at_end());
}

/// MySQL 8.0.21 writes CREATE TABLE … SELECT as "CREATE TABLE … START TRANSACTION" and the rows.
bool ends_in_start_transaction(std::string_view text) {
    while (!text.empty() && (is_space(text.back()) || text.back() == ';')) text.remove_suffix(1);
    const auto take_back = [&](std::string_view keyword) {
        if (text.size() < keyword.size() ||
            !same_word(text.substr(text.size() - keyword.size()), keyword))
            return false;
        text.remove_suffix(keyword.size());
        const bool blank = !text.empty() && is_space(text.back());
        while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
        return blank;
    };
    return take_back("TRANSACTION") && take_back("START");
}

}  // namespace

Meaning meaning_of(std::string_view text) {
    Words words(text);
    if (words.keyword("BEGIN")) {
        words.keyword("WORK");
        return words.at_end() ? Meaning{Control::kBegin, {}} : Meaning{};
    }
    if (words.keyword("COMMIT")) return {Control::kCommit, {}};
    if (words.keyword("ROLLBACK")) return rollback_meaning(words);
    if (words.keyword("XA")) return xa_meaning(words);
    if (words.keyword("SAVEPOINT")) {
        auto name = words.name();
        return with_name(Control::kSavepoint, std::move(name), words.at_end());
    }
    if (words.keyword("RELEASE") && words.keyword("SAVEPOINT")) {
        auto name = words.name();
        return with_name(Control::kRelease, std::move(name), words.at_end());
    }
    if (words.keyword("START"))
        return words.keyword("TRANSACTION") ? Meaning{Control::kBegin, {}} : Meaning{};
    if (words.keyword("CREATE") && ends_in_start_transaction(text))
        return {Control::kCreateAndBegin, {}};
    return {};
}

// MySQL: libs/mysql/binlog/event/statement_events.h Query_event (9.x); MariaDB: sql/log_event.cc
// Query_log_event (10.11). Fixed part: thread 4, seconds 4, schema length 1, error 2, length of
// the status variables 2.
Expected<Statement> parse_query(Bytes body, std::size_t fixed_size, bool compressed) {
    ByteReader in(body);
    ByteReader fixed(in.take(fixed_size));
    fixed.skip(8);
    const auto schema_size = fixed.u8();
    fixed.skip(2);
    in.skip(fixed.u16());
    Statement statement;
    statement.schema = in.text(schema_size);
    in.skip(1);
    if (!fixed.ok() || !in.ok()) return Unexpected(std::string("a QUERY event is too short"));
    if (!compressed) {
        statement.text = as_text(in.rest());
        return statement;
    }
    auto plain = inflate_event_part(in.rest());
    if (!plain) return Unexpected(std::move(plain.error()));
    statement.text = as_text(*plain);
    return statement;
}

Expected<Statement> parse_load_query(Bytes body, std::size_t fixed_size) {
    // The fixed part of QUERY comes first: parse_query reads it and skips the 13 bytes more.
    return parse_query(body, fixed_size, false);
}

std::string xid_text(std::string_view gtrid, std::string_view bqual, std::uint32_t format_id) {
    const auto hex = [](std::string_view bytes) {
        std::string digits;
        for (const char c : bytes) digits += fmt::format("{:02x}", static_cast<unsigned char>(c));
        return digits;
    };
    return fmt::format("X'{}',X'{}',{}", hex(gtrid), hex(bqual), format_id);
}

// MySQL: libs/mysql/binlog/event/control_events.cpp XA_prepare_event (9.x); MariaDB:
// sql/log_event.cc XA_prepare_log_event (10.5): one_phase 1, formatID 4, lengths 4 and 4, data.
Expected<PreparedXid> parse_xa_prepare(Bytes body) {
    ByteReader in(body);
    PreparedXid xid;
    xid.one_phase = in.u8() != 0;
    const auto format_id = in.u32();
    const auto gtrid_size = in.u32();
    const auto bqual_size = in.u32();
    const auto gtrid = in.text(gtrid_size);
    const auto bqual = in.text(bqual_size);
    if (!in.ok()) return Unexpected(std::string("an XA_PREPARE event is too short"));
    xid.name = xid_text(gtrid, bqual, format_id);
    return xid;
}

}  // namespace wisp::binlog
