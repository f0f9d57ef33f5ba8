// SPDX-License-Identifier: Apache-2.0
#include "sql/statement_scan.h"

#include <algorithm>
#include <array>
#include <span>
#include <string>
#include <utility>

#include "sql/identifier.h"
#include "sql/tokenizer.h"

namespace wisp::sql {
namespace {

using Tokens = std::span<const Token>;
using Words = std::initializer_list<std::string_view>;

constexpr std::array<std::pair<std::string_view, StatementVerb>, 26> kVerbs = {{
    {"INSERT", StatementVerb::kInsert},
    {"UPDATE", StatementVerb::kUpdate},
    {"DELETE", StatementVerb::kDelete},
    {"REPLACE", StatementVerb::kReplace},
    {"LOAD", StatementVerb::kLoad},
    {"TRUNCATE", StatementVerb::kTruncate},
    {"ALTER", StatementVerb::kAlter},
    {"DROP", StatementVerb::kDrop},
    {"CREATE", StatementVerb::kCreate},
    {"RENAME", StatementVerb::kRename},
    {"ANALYZE", StatementVerb::kMaintenance},
    {"OPTIMIZE", StatementVerb::kMaintenance},
    {"REPAIR", StatementVerb::kMaintenance},
    {"CHECK", StatementVerb::kMaintenance},
    {"FLUSH", StatementVerb::kMaintenance},
    {"GRANT", StatementVerb::kAccess},
    {"REVOKE", StatementVerb::kAccess},
    {"SET", StatementVerb::kAccess},
    {"BEGIN", StatementVerb::kTransaction},
    {"START", StatementVerb::kTransaction},
    {"COMMIT", StatementVerb::kTransaction},
    {"ROLLBACK", StatementVerb::kTransaction},
    {"SAVEPOINT", StatementVerb::kTransaction},
    {"RELEASE", StatementVerb::kTransaction},
    {"XA", StatementVerb::kTransaction},
    {"END", StatementVerb::kTransaction},
}};

StatementVerb verb_of(const Token& token) {
    for (const auto& [word, verb] : kVerbs) {
        if (token.is(word)) return verb;
    }
    return StatementVerb::kOther;
}

bool is_any(const Token& token, Words words) {
    return std::any_of(words.begin(), words.end(), [&](auto word) { return token.is(word); });
}

std::size_t find_word(Tokens tokens, std::string_view word) {
    const auto found = std::find_if(tokens.begin(), tokens.end(),
                                    [&](const Token& token) { return token.is(word); });
    return static_cast<std::size_t>(found - tokens.begin());
}

/// WITH a AS (SELECT …) DELETE …: the first verb outside parentheses.
std::size_t after_with(Tokens tokens) {
    int depth = 0;
    for (std::size_t i = 1; i < tokens.size(); ++i) {
        if (tokens[i].is('(')) ++depth;
        if (tokens[i].is(')')) --depth;
        const bool verb = is_any(tokens[i], {"SELECT", "UPDATE", "DELETE", "INSERT", "REPLACE"});
        if (depth == 0 && verb) return i;
    }
    return tokens.size();
}

/// The tokens from the verb on.
Tokens from_verb(Tokens tokens) {
    while (!tokens.empty() && tokens.front().is('(')) tokens = tokens.subspan(1);
    if (tokens.size() > 2 && tokens[0].is("SET") && tokens[1].is("STATEMENT")) {
        const std::size_t target = find_word(tokens, "FOR");
        return target < tokens.size() ? from_verb(tokens.subspan(target + 1)) : tokens;
    }
    if (!tokens.empty() && tokens[0].is("WITH")) return tokens.subspan(after_with(tokens));
    return tokens;
}

StatementVerb verb_at(Tokens tokens) {
    if (tokens.empty()) return StatementVerb::kOther;
    const StatementVerb verb = verb_of(tokens.front());
    // MariaDB's ANALYZE UPDATE … runs the statement.
    const bool runs = tokens.front().is("ANALYZE") && tokens.size() > 1 &&
                      !is_any(tokens[1], {"TABLE", "TABLES", "LOCAL", "NO_WRITE_TO_BINLOG"});
    return runs ? StatementVerb::kOther : verb;
}

bool has_high_byte(std::string_view text) {
    return std::any_of(text.begin(), text.end(),
                       [](char c) { return static_cast<unsigned char>(c) >= 0x80; });
}

/// Compares table names. The text is in the charset of the session that wrote it, which need not be
/// UTF-8: two names beyond ASCII count as equal.
bool could_be(std::string_view written, std::string_view name) {
    return same_name(written, name) || (has_high_byte(written) && has_high_byte(name));
}

struct Scan {
    std::string_view default_schema;
    const TableName& table;

    /// The name token at i, with what qualifies it from the left.
    [[nodiscard]] bool is_table(Tokens tokens, std::size_t i) const {
        const bool after_dot = i > 0 && tokens[i - 1].is('.');
        const bool name = tokens[i].may_be_name() || (after_dot && is_number(tokens[i]));
        if (!name || !could_be(tokens[i].text, table.table)) return false;
        if (after_dot && i > 1 && (tokens[i - 2].may_be_name() || is_number(tokens[i - 2]))) {
            return could_be(tokens[i - 2].text, table.schema);
        }
        return default_schema.empty() || could_be(default_schema, table.schema);
    }
    static bool is_number(const Token& token) { return token.kind == Token::Kind::kNumber; }

    [[nodiscard]] bool anywhere(Tokens tokens) const {
        for (std::size_t i = 0; i < tokens.size(); ++i) {
            if (is_table(tokens, i)) return true;
        }
        return false;
    }

    /// The possibly dotted name that begins at i, after IF [NOT] EXISTS.
    [[nodiscard]] bool name_at(Tokens tokens, std::size_t i) const {
        while (i < tokens.size() && is_any(tokens[i], {"IF", "NOT", "EXISTS"})) ++i;
        if (i + 2 < tokens.size() && tokens[i + 1].is('.')) i += 2;
        return i < tokens.size() && is_table(tokens, i);
    }
};

/// RENAME COLUMN a TO b, RENAME INDEX a TO b.
bool renames_part(Tokens tokens, std::size_t to) {
    return to >= 2 && is_any(tokens[to - 2], {"COLUMN", "INDEX", "KEY"});
}

/// Places in ALTER TABLE, DROP TABLE or INDEX, CREATE TABLE or INDEX, RENAME TABLE where a table
/// that the statement changes is named: after TABLE, ON, RENAME [TO|AS], REFERENCES, and in lists.
bool names_as_target(const Scan& scan, Tokens tokens, bool list) {
    int depth = 0;
    for (std::size_t i = 0; i + 1 < tokens.size(); ++i) {
        const Token& token = tokens[i];
        if (token.is('(')) ++depth;
        if (token.is(')')) --depth;
        const bool lead = is_any(token, {"TABLE", "TABLES", "ON", "REFERENCES", "RENAME"}) ||
                          (token.is("TO") && !renames_part(tokens, i)) ||
                          (token.is("AS") && i > 0 && tokens[i - 1].is("RENAME")) ||
                          (list && depth == 0 && token.is(','));
        if (lead && scan.name_at(tokens, i + 1)) return true;
    }
    return false;
}

bool drops_schema(Tokens tokens, std::string_view schema) {
    if (tokens.size() < 3 || !tokens[0].is("DROP")) return false;
    if (!is_any(tokens[1], {"DATABASE", "SCHEMA"})) return false;
    std::size_t i = 2;
    while (i < tokens.size() && is_any(tokens[i], {"IF", "EXISTS"})) ++i;
    return i < tokens.size() && could_be(tokens[i].text, schema);
}

/// What CREATE, DROP or ALTER is about.
bool ddl_changes(const Scan& scan, Tokens tokens) {
    std::size_t object = 1;
    while (object < tokens.size() &&
           is_any(tokens[object], {"OR", "REPLACE", "ONLINE", "OFFLINE", "IGNORE", "UNIQUE",
                                   "FULLTEXT", "SPATIAL", "VECTOR"})) {
        ++object;
    }
    if (object >= tokens.size()) return false;
    const Token& what = tokens[object];
    if (what.is("TEMPORARY")) return false;
    if (is_any(what, {"DATABASE", "SCHEMA"})) return drops_schema(tokens, scan.table.schema);
    if (what.is("INDEX")) return names_as_target(scan, tokens.subspan(object), false);
    if (is_any(what, {"TABLE", "TABLES"})) {
        const bool creates = tokens[0].is("CREATE");
        // No-op while the table exists; but a reference to the table may follow.
        if (creates && object + 2 < tokens.size() && tokens[object + 2].is("NOT")) ++object;
        return names_as_target(scan, tokens.subspan(object), tokens[0].is("DROP"));
    }
    // A trigger made on the table would be lost in the swap.
    const std::size_t trigger = find_word(tokens, "TRIGGER");
    if (tokens[0].is("CREATE") && trigger < tokens.size()) {
        const std::size_t on = find_word(tokens, "ON");
        return on < tokens.size() && scan.name_at(tokens, on + 1);
    }
    const bool stored = is_any(what, {"VIEW", "PROCEDURE", "FUNCTION", "EVENT", "USER", "ROLE",
                                      "SERVER", "DEFINER", "ALGORITHM", "SQL", "AGGREGATE"});
    if (stored || what.is("TRIGGER")) return false;
    return scan.anywhere(tokens);
}

bool statement_changes(const Scan& scan, Tokens tokens) {
    tokens = from_verb(tokens);
    switch (verb_at(tokens)) {
        case StatementVerb::kMaintenance:
        case StatementVerb::kAccess:
        case StatementVerb::kTransaction:
            return false;
        case StatementVerb::kCreate:
        case StatementVerb::kDrop:
        case StatementVerb::kAlter:
            return ddl_changes(scan, tokens);
        case StatementVerb::kRename:
            return names_as_target(scan, tokens, true);
        default:
            return scan.anywhere(tokens);
    }
}

bool contains_name(std::string_view sql, std::string_view name) {
    for (std::size_t i = 0; i + name.size() <= sql.size(); ++i) {
        if (same_name(sql.substr(i, name.size()), name)) return true;
    }
    return false;
}

/// Asks the question of the text read with backslashes as escapes and as ordinary characters: the
/// sql_mode of the session that wrote it is not known here. The server understood the text, so a
/// reading that fails is not the right one.
template <typename Question>
bool ask(std::string_view sql, std::string_view name_if_unreadable, Question question) {
    const auto escaped = tokenize(sql, Backslash::kEscapes);
    if (escaped && question(Tokens(*escaped))) return true;
    if (escaped && sql.find('\\') == std::string_view::npos) return false;
    const auto ordinary = tokenize(sql, Backslash::kOrdinary);
    if (!escaped && !ordinary) return contains_name(sql, name_if_unreadable);
    return ordinary && question(Tokens(*ordinary));
}

}  // namespace

StatementVerb statement_verb(std::string_view sql) {
    auto tokens = tokenize(sql);
    if (!tokens) tokens = tokenize(sql, Backslash::kOrdinary);
    return tokens ? verb_at(from_verb(*tokens)) : StatementVerb::kOther;
}

bool writes_rows(StatementVerb verb) {
    using enum StatementVerb;
    return verb == kInsert || verb == kUpdate || verb == kDelete || verb == kReplace ||
           verb == kLoad || verb == kOther;
}

bool mentions(std::string_view sql, std::string_view default_schema, const TableName& table) {
    const Scan scan{default_schema, table};
    return ask(sql, table.table, [&](Tokens tokens) { return scan.anywhere(tokens); });
}

bool changes_table(std::string_view sql, std::string_view default_schema, const TableName& table) {
    const Scan scan{default_schema, table};
    return ask(sql, table.table, [&](Tokens tokens) { return statement_changes(scan, tokens); });
}

bool drops_schema(std::string_view sql, std::string_view schema) {
    return ask(sql, schema, [&](Tokens tokens) { return drops_schema(from_verb(tokens), schema); });
}

}  // namespace wisp::sql
