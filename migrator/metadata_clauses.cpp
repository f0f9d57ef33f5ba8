// SPDX-License-Identifier: Apache-2.0
// The list, with its sources. MySQL: Reference Manual 9.x and 5.7, "Online DDL Operations", the
// tables' column "Only Modifies Metadata". MariaDB: Knowledge Base, "InnoDB Online DDL Operations
// with the NOCOPY Alter Algorithm" and "… INSTANT …"; there NOCOPY makes the server refuse a
// rebuild.
//
//   RENAME INDEX                  MySQL, "Renaming an index"; MariaDB, INSTANT
//   DROP INDEX (secondary)        MySQL, "Dropping an index"; MariaDB, INPLACE without a rebuild
//   RENAME COLUMN                 MySQL, "Renaming a column"; MariaDB, INSTANT, "CHANGE COLUMN"
//   ALTER COLUMN … DEFAULT        MySQL, "Setting a column default value", "Dropping …"; MariaDB,
//                                 INSTANT, "ALTER COLUMN"
//   MODIFY, longer VARCHAR        MySQL, "Extending VARCHAR column size": as long as the length
//                                 takes as many bytes, 1 up to 255, then 2; MariaDB, INSTANT
//   MODIFY, ENUM, SET appended    MySQL, "Modifying the definition of an ENUM or SET column":
//                                 at the end, in the same number of bytes; MariaDB, INSTANT
//   MODIFY, default or comment    as ALTER COLUMN; a comment is in the dictionary only
//   ALTER INDEX … visibility      MySQL, "Invisible Indexes": "can be done in place"; MariaDB,
//                                 "Ignored Indexes"
#include "migrator/metadata_clauses.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "sql/create_table.h"
#include "sql/identifier.h"
#include "sql/literal.h"
#include "sql/tokenizer.h"

namespace wisp::migrator {
namespace {

using sql::Token;
using Tokens = std::vector<Token>;

/// A clause from the left. What is skipped must be there, word for word.
class Reader {
  public:
    explicit Reader(Tokens tokens) : tokens_(std::move(tokens)) {}
    bool skip(std::string_view word) {
        if (at_end() || !tokens_[at_].is(word)) return false;
        ++at_;
        return true;
    }
    bool skip_any(std::initializer_list<std::string_view> words) {
        return std::any_of(words.begin(), words.end(), [&](auto word) { return skip(word); });
    }
    [[nodiscard]] std::string name() {
        return at_end() || !tokens_[at_].may_be_name() ? std::string() : tokens_[at_++].text;
    }
    /// A plain value: a string, a number, NULL; not an expression.
    bool skip_literal() {
        if (at_end()) return false;
        const bool sign = tokens_[at_].is('-') || tokens_[at_].is('+');
        if (sign) ++at_;
        if (at_end()) return false;
        const Token& token = tokens_[at_++];
        using Kind = Token::Kind;
        if (token.kind == Kind::kNumber) return true;
        return !sign && (token.kind == Kind::kString || token.kind == Kind::kDoubleQuoted ||
                         token.is("NULL") || token.is("TRUE") || token.is("FALSE"));
    }
    [[nodiscard]] bool at_end() const { return at_ >= tokens_.size(); }
    [[nodiscard]] Tokens rest() const {
        return {tokens_.begin() + static_cast<std::ptrdiff_t>(at_), tokens_.end()};
    }

  private:
    Tokens tokens_;
    std::size_t at_ = 0;
};

std::string upper(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(),
                   [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    return text;
}

/// A token as text that can be compared: words without their case, strings apart from words.
std::string comparable(const Token& token) {
    switch (token.kind) {
        case Token::Kind::kWord:
            return upper(token.text);
        case Token::Kind::kString:
        case Token::Kind::kDoubleQuoted:
            return "'" + token.text;
        default:
            return token.text;
    }
}

/// What follows a column's name, sorted into what may differ and what may not.
struct ColumnText {
    std::string type;               // upper case
    std::vector<std::string> list;  // in parentheses: a length, or members
    bool not_null = false;
    std::string charset;  // upper case, as written; empty if not
    std::string collation;
    std::vector<std::string> rest;  // everything else, in its order
};

/// nullopt: it has something that is not looked into.
std::optional<ColumnText> read_column(const Tokens& tokens) {
    ColumnText column;
    bool null_said = false;
    std::size_t at = 0;
    const auto is = [&](std::string_view word) {
        return at < tokens.size() && tokens[at].is(word);
    };
    if (tokens.empty() || tokens[0].kind != Token::Kind::kWord) return std::nullopt;
    column.type = upper(tokens[at++].text);
    if (at < tokens.size() && tokens[at].is('(')) {
        for (++at; at < tokens.size() && !tokens[at].is(')'); ++at) {
            if (!tokens[at].is(',')) column.list.push_back(comparable(tokens[at]));
        }
        if (at++ >= tokens.size()) return std::nullopt;
    }
    while (at < tokens.size()) {
        if (tokens[at].versioned || is("AS") || is("GENERATED") || is("CHECK") ||
            is("REFERENCES") || is("FIRST") || is("AFTER") || is("UNIQUE") || is("PRIMARY") ||
            is("KEY")) {
            return std::nullopt;
        }
        if (is("NULL")) {
            null_said = true;
            ++at;
        } else if (is("NOT") && at + 1 < tokens.size() && tokens[at + 1].is("NULL")) {
            column.not_null = true;
            at += 2;
        } else if (is("CHARACTER") && at + 2 < tokens.size() && tokens[at + 1].is("SET")) {
            column.charset = upper(tokens[at + 2].text);
            at += 3;
        } else if (is("COLLATE") && at + 1 < tokens.size()) {
            column.collation = upper(tokens[at + 1].text);
            at += 2;
        } else if (is("COMMENT") && at + 1 < tokens.size()) {
            at += 2;
        } else if (is("DEFAULT")) {
            Reader value({tokens.begin() + static_cast<std::ptrdiff_t>(at) + 1, tokens.end()});
            if (!value.skip_literal()) return std::nullopt;  // an expression, CURRENT_TIMESTAMP
            at = tokens.size() - value.rest().size();
        } else {
            column.rest.push_back(comparable(tokens[at++]));
        }
    }
    // Without explicit_defaults_for_timestamp such a TIMESTAMP is NOT NULL, and becoming that
    // rebuilds the table.
    if (column.type == "TIMESTAMP" && !null_said && !column.not_null) return std::nullopt;
    return column;
}

/// A column that names neither has the table's. `table_collation`: in upper case; empty if the
/// table does not name it.
bool same_charset(const sql::Column& now, const ColumnText& before, const ColumnText& after,
                  const std::string& table_collation) {
    if (before.charset == after.charset && before.collation == after.collation) return true;
    if (!after.collation.empty()) {
        return after.collation == upper(now.collation) &&
               (after.charset.empty() || after.charset == upper(now.charset));
    }
    return after.charset.empty() && table_collation == upper(now.collation);
}

/// "COLLATE=x" among the options behind the definitions.
std::string collation_of(const std::string& create_statement) {
    const auto tokens = sql::tokenize(create_statement);
    if (!tokens) return {};
    for (std::size_t i = tokens->size(); i-- > 2;) {
        if ((*tokens)[i].is(')')) break;
        if ((*tokens)[i - 1].is('=') && (*tokens)[i - 2].is("COLLATE")) {
            return upper((*tokens)[i].text);
        }
    }
    return {};
}

std::uint64_t bytes_a_character(const sql::Column& column) {
    return column.max_characters == 0
               ? 1
               : std::max<std::uint64_t>(1, column.max_bytes / column.max_characters);
}

/// A VARCHAR(n) or VARBINARY(n): not shorter, and its length in as many bytes.
std::string why_not_longer(const sql::Column& old, const ColumnText& text) {
    if (text.list.size() != 1 || text.list[0].empty() || text.list[0].size() > 5 ||
        text.list[0].find_first_not_of("0123456789") != std::string::npos) {
        return "its length is no number";
    }
    const std::uint64_t length = std::stoull(text.list[0]);
    const std::uint64_t bytes = length * bytes_a_character(old);
    if (length < old.max_characters) return "it gets shorter";
    if ((bytes > 255) != (old.max_bytes > 255)) return "its length takes two bytes instead of one";
    return {};
}

std::size_t storage_bytes(const std::string& type, std::size_t members) {
    if (type == "ENUM") return members > 255 ? 2 : 1;
    const std::size_t bytes = (members + 7) / 8;  // SET: 1, 2, 3, 4 or 8
    return bytes > 4 ? 8 : bytes;
}

std::string why_not_appended(const ColumnText& before, const ColumnText& after) {
    if (after.list.size() < before.list.size() ||
        !std::equal(before.list.begin(), before.list.end(), after.list.begin())) {
        return "its members are not those of now with others behind them";
    }
    if (storage_bytes(before.type, before.list.size()) !=
        storage_bytes(after.type, after.list.size())) {
        return "more members need more bytes in each row";
    }
    return {};
}

/// The list for one table and server. Each function: empty, or why a clause is not on it.
class MetadataList {
  public:
    MetadataList(const sql::Table& source, const mysql::ServerInfo& server)
        : source_(source), server_(server) {
        if (auto split = sql::split_create_table(source.create_statement)) {
            definitions_ = std::move(*split);
        }
    }

    [[nodiscard]] std::string why_not(const sql::Clause& clause) const {
        const auto tokens = sql::tokenize(clause.text);
        if (!tokens) return tokens.error();
        Reader reader(*tokens);
        switch (clause.kind) {
            case sql::ClauseKind::kRenameIndex:
                return rename_index(reader);
            case sql::ClauseKind::kDropIndex:
                return drop_index(reader);
            case sql::ClauseKind::kAlterIndex:
                return alter_index(reader);
            case sql::ClauseKind::kRenameColumn:
                return rename_column(reader);
            case sql::ClauseKind::kAlterColumn:
                return alter_column(reader);
            case sql::ClauseKind::kModifyColumn:
                return modify_column(reader);
            default:
                return "it is not on the list";
        }
    }

  private:
    [[nodiscard]] const sql::Definition* find(sql::DefinitionKind kind,
                                              const std::string& name) const {
        const auto found = std::find_if(
            definitions_.begin(), definitions_.end(), [&](const sql::Definition& definition) {
                return definition.kind == kind && sql::same_name(definition.name, name);
            });
        return found == definitions_.end() ? nullptr : &*found;
    }
    [[nodiscard]] bool has_primary_key() const {
        return find(sql::DefinitionKind::kPrimaryKey, "PRIMARY") != nullptr;
    }

    [[nodiscard]] std::string rename_index(Reader& reader) const {
        reader.skip("RENAME");
        if (!reader.skip_any({"INDEX", "KEY"}) || reader.name().empty() || !reader.skip("TO") ||
            reader.name().empty() || !reader.at_end()) {
            return "it cannot be read";
        }
        return {};
    }
    [[nodiscard]] std::string drop_index(Reader& reader) const {
        reader.skip("DROP");
        if (!reader.skip_any({"INDEX", "KEY"})) return "it cannot be read";
        const std::string name = reader.name();
        if (name.empty() || !reader.at_end()) return "it cannot be read";
        const bool plain = find(sql::DefinitionKind::kKey, name) != nullptr;
        const bool unique = find(sql::DefinitionKind::kUniqueKey, name) != nullptr;
        // Without a primary key InnoDB orders the rows by a unique key: dropping that is a rebuild.
        if (!plain && !(unique && has_primary_key())) {
            return "the index is no plain secondary one of a table with a primary key";
        }
        const auto key =
            std::find_if(source_.keys.begin(), source_.keys.end(),
                         [&](const sql::Key& k) { return sql::same_name(k.name, name); });
        const bool expression =
            key == source_.keys.end() ||
            std::any_of(key->parts.begin(), key->parts.end(),
                        [](const sql::KeyPart& part) { return part.column.empty(); });
        return expression ? "the index has an expression, and so a hidden column" : "";
    }
    [[nodiscard]] static std::string alter_index(Reader& reader) {
        reader.skip("ALTER");
        if (!reader.skip_any({"INDEX", "KEY"}) || reader.name().empty()) return "it cannot be read";
        const bool no = reader.skip("NOT");
        const bool known =
            no ? reader.skip("IGNORED") : reader.skip_any({"VISIBLE", "INVISIBLE", "IGNORED"});
        return known && reader.at_end() ? "" : "it is not on the list";
    }
    [[nodiscard]] std::string rename_column(Reader& reader) const {
        reader.skip("RENAME");
        reader.skip("COLUMN");
        const std::string name = reader.name();
        if (name.empty() || !reader.skip("TO") || reader.name().empty() || !reader.at_end()) {
            return "it cannot be read";
        }
        return source_.find_column(name) == nullptr ? "there is no such column" : "";
    }
    [[nodiscard]] std::string alter_column(Reader& reader) const {
        reader.skip("ALTER");
        reader.skip("COLUMN");
        const sql::Column* column = source_.find_column(reader.name());
        if (column == nullptr) return "there is no such column";
        if (column->generated != sql::Generated::kNo) return "the column is generated";
        const bool known = reader.skip("DROP") ? reader.skip("DEFAULT")
                                               : reader.skip("SET") && reader.skip("DEFAULT") &&
                                                     reader.skip_literal();
        return known && reader.at_end() ? "" : "only plain default values are on the list";
    }
    [[nodiscard]] std::string modify_column(Reader& reader) const {
        reader.skip("MODIFY");
        reader.skip("COLUMN");
        const std::string name = reader.name();
        const sql::Column* column = source_.find_column(name);
        const auto* definition = find(sql::DefinitionKind::kColumn, name);
        if (column == nullptr || definition == nullptr) return "there is no such column";
        const auto now = sql::tokenize(definition->text);
        if (!now) return now.error();
        const auto before = read_column({now->begin() + 1, now->end()});
        const auto after = read_column(reader.rest());
        if (!before || !after)
            return "the column's definition has more than type, NULL and default";
        if (before->type != after->type || before->not_null != after->not_null ||
            before->rest != after->rest ||
            !same_charset(*column, *before, *after, collation_of(source_.create_statement))) {
            return fmt::format("it changes more than the list allows; the column is now {}",
                               definition->text);
        }
        if (before->list == after->list) return {};
        if (after->type == "VARCHAR" || after->type == "VARBINARY") {
            if (!server_.mariadb() && server_.version < 50700) {
                return "MySQL before 5.7 copies the table for a longer VARCHAR";
            }
            return why_not_longer(*column, *after);
        }
        if (after->type == "ENUM" || after->type == "SET") return why_not_appended(*before, *after);
        // int(11): a display width, which MySQL 9 does not show.
        return sql::is_integer_type(column->data_type) ? "" : "its length changes";
    }

    const sql::Table& source_;
    const mysql::ServerInfo& server_;
    std::vector<sql::Definition> definitions_;
};

}  // namespace

std::string why_not_metadata(const sql::Alter& alter, const sql::Table& source,
                             const mysql::ServerInfo& server) {
    if (!sql::same_name(source.engine, "InnoDB")) return "the list is for InnoDB";
    const auto tokens = sql::tokenize(alter.clauses);
    const auto versioned = [](const Token& token) { return token.versioned; };
    if (!tokens || std::any_of(tokens->begin(), tokens->end(), versioned)) {
        return "a version comment is not looked into";
    }
    const MetadataList list(source, server);
    for (const auto& clause : alter.parts) {
        const std::string reason = list.why_not(clause);
        if (!reason.empty()) return fmt::format("\"{}\": {}", clause.text, reason);
    }
    return {};
}

}  // namespace wisp::migrator
