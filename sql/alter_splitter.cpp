// SPDX-License-Identifier: Apache-2.0
// Grammar: MySQL 9.x manual 15.1.9 ALTER TABLE; MariaDB knowledge base "ALTER TABLE" (IF EXISTS,
// WAIT, ONLINE, IGNORE, CONVERT PARTITION). Words compared here unquoted are reserved in both, or
// are looked at together with the word that follows them.
#include "sql/alter_splitter.h"

#include <algorithm>
#include <array>
#include <span>

#include "sql/identifier.h"
#include "sql/tokenizer.h"

namespace wisp::sql {
namespace {

using Tokens = std::span<const Token>;

/// Reads one clause's tokens from the left.
class Cursor {
  public:
    explicit Cursor(Tokens tokens) : tokens_(tokens) {}
    [[nodiscard]] bool at_end() const { return at_ >= tokens_.size(); }
    [[nodiscard]] bool sees(std::string_view word, std::size_t ahead = 0) const {
        return at_ + ahead < tokens_.size() && tokens_[at_ + ahead].is(word);
    }
    [[nodiscard]] bool sees_any(std::initializer_list<std::string_view> words,
                                std::size_t ahead = 0) const {
        return std::any_of(words.begin(), words.end(),
                           [&](std::string_view word) { return sees(word, ahead); });
    }
    [[nodiscard]] bool sees_punctuation(char c) const { return !at_end() && tokens_[at_].is(c); }
    bool skip(std::string_view word) {
        if (!sees(word)) return false;
        ++at_;
        return true;
    }
    void skip_if_exists() {
        if (sees("IF") && sees("EXISTS", 1)) at_ += 2;
        if (sees("IF") && sees("NOT", 1) && sees("EXISTS", 2)) at_ += 3;
    }
    /// A name, the last part of a dotted one; empty if there is none.
    std::string name() {
        std::string found;
        while (!at_end() && (tokens_[at_].may_be_name() || tokens_[at_].kind == kNumber)) {
            found = tokens_[at_++].text;
            if (!sees_punctuation('.')) break;
            ++at_;
        }
        return found;
    }
    [[nodiscard]] std::size_t position() const { return at_; }

  private:
    static constexpr auto kNumber = Token::Kind::kNumber;
    Tokens tokens_;
    std::size_t at_ = 0;
};

ClauseKind add_kind(Cursor& cursor) {
    if (cursor.sees_any({"INDEX", "KEY", "FULLTEXT", "SPATIAL"})) return ClauseKind::kAddIndex;
    if (cursor.sees("VECTOR") && cursor.sees_any({"INDEX", "KEY"}, 1)) return ClauseKind::kAddIndex;
    if (cursor.sees_any({"UNIQUE", "PRIMARY"})) return ClauseKind::kAddUnique;
    if (cursor.sees("FOREIGN")) return ClauseKind::kAddForeignKey;
    if (cursor.sees("PARTITION")) return ClauseKind::kPartitionOperation;
    if (cursor.sees("CHECK")) return ClauseKind::kAddConstraint;
    if (cursor.sees("SYSTEM") && cursor.sees("VERSIONING", 1)) return ClauseKind::kOther;
    if (cursor.sees("PERIOD") && cursor.sees("FOR", 1)) return ClauseKind::kOther;
    if (!cursor.skip("CONSTRAINT")) return ClauseKind::kAddColumn;
    cursor.skip_if_exists();
    const bool unnamed = cursor.sees_any({"UNIQUE", "PRIMARY", "FOREIGN", "CHECK"});
    if (!unnamed) (void)cursor.name();
    if (cursor.sees_any({"UNIQUE", "PRIMARY"})) return ClauseKind::kAddUnique;
    return cursor.sees("FOREIGN") ? ClauseKind::kAddForeignKey : ClauseKind::kAddConstraint;
}

ClauseKind drop_kind(const Cursor& cursor) {
    if (cursor.sees("PRIMARY")) return ClauseKind::kDropPrimaryKey;
    if (cursor.sees_any({"INDEX", "KEY"})) return ClauseKind::kDropIndex;
    if (cursor.sees("FOREIGN")) return ClauseKind::kDropForeignKey;
    if (cursor.sees_any({"CONSTRAINT", "CHECK"})) return ClauseKind::kDropConstraint;
    if (cursor.sees("PARTITION")) return ClauseKind::kPartitionOperation;
    if (cursor.sees("SYSTEM") && cursor.sees("VERSIONING", 1)) return ClauseKind::kOther;
    if (cursor.sees("PERIOD") && cursor.sees("FOR", 1)) return ClauseKind::kOther;
    return ClauseKind::kDropColumn;
}

ClauseKind option_kind(Cursor& cursor, std::size_t size) {
    if (cursor.sees("PARTITION") && cursor.sees("BY", 1)) return ClauseKind::kPartitionBy;
    if (cursor.sees("REMOVE") && cursor.sees("PARTITIONING", 1)) return ClauseKind::kPartitionBy;
    if (cursor.sees_any({"DISCARD", "IMPORT"})) return ClauseKind::kTablespace;
    const bool partition_verb =
        cursor.sees_any({"TRUNCATE", "EXCHANGE", "REORGANIZE", "COALESCE", "ANALYZE", "CHECK",
                         "OPTIMIZE", "REBUILD", "REPAIR", "CONVERT"});
    if (partition_verb && cursor.sees_any({"PARTITION", "TABLE"}, 1)) {
        return ClauseKind::kPartitionOperation;
    }
    // More tokens than "ALGORITHM = x" means that something follows without a comma.
    if (cursor.sees_any({"ALGORITHM", "LOCK"}) && size <= 3) return ClauseKind::kAlgorithm;
    return ClauseKind::kTableOption;
}

void column_clause(Clause& clause, Cursor& cursor) {
    cursor.skip("COLUMN");
    cursor.skip_if_exists();
    if (cursor.sees_punctuation('(')) return;  // ADD (a INT, b INT): no single name
    clause.column = cursor.name();
    if (clause.kind == ClauseKind::kRenameColumn && !cursor.skip("TO")) cursor.skip("AS");
    if (clause.kind == ClauseKind::kRenameColumn || clause.kind == ClauseKind::kChangeColumn) {
        clause.new_name = cursor.name();
    }
}

Clause classify(Tokens tokens) {
    Clause clause;
    Cursor cursor(tokens);
    if (cursor.skip("ADD")) {
        clause.kind = add_kind(cursor);
    } else if (cursor.skip("DROP")) {
        clause.kind = drop_kind(cursor);
    } else if (cursor.skip("CHANGE")) {
        clause.kind = ClauseKind::kChangeColumn;
    } else if (cursor.skip("MODIFY")) {
        clause.kind = ClauseKind::kModifyColumn;
    } else if (cursor.skip("RENAME")) {
        const bool index = cursor.sees_any({"INDEX", "KEY"});
        clause.kind = cursor.sees("COLUMN") ? ClauseKind::kRenameColumn
                      : index               ? ClauseKind::kRenameIndex
                                            : ClauseKind::kOther;
    } else if (cursor.skip("ALTER")) {
        const bool index = cursor.sees_any({"INDEX", "KEY", "CHECK", "CONSTRAINT"});
        clause.kind = index ? ClauseKind::kAlterIndex : ClauseKind::kAlterColumn;
    } else {
        clause.kind = option_kind(cursor, tokens.size());
    }
    switch (clause.kind) {
        case ClauseKind::kAddColumn:
        case ClauseKind::kDropColumn:
        case ClauseKind::kChangeColumn:
        case ClauseKind::kModifyColumn:
        case ClauseKind::kRenameColumn:
        case ClauseKind::kAlterColumn:
            column_clause(clause, cursor);
            break;
        default:
            break;
    }
    return clause;
}

bool renames_table(Tokens clause) {
    const Cursor cursor(clause);
    return cursor.sees("RENAME") && !cursor.sees_any({"COLUMN", "INDEX", "KEY"}, 1);
}

/// Partition work that a copy into another table cannot imitate: it acts on rows or on files.
bool acts_on_partition_data(Tokens clause) {
    return Cursor(clause).sees_any({"DROP", "TRUNCATE", "EXCHANGE", "ANALYZE", "CHECK", "OPTIMIZE",
                                    "REBUILD", "REPAIR", "CONVERT"});
}

bool defines_column(ClauseKind kind) {
    return kind == ClauseKind::kAddColumn || kind == ClauseKind::kChangeColumn ||
           kind == ClauseKind::kModifyColumn;
}

bool has_word(Tokens tokens, std::initializer_list<std::string_view> words) {
    return std::any_of(tokens.begin(), tokens.end(), [&](const Token& token) {
        return std::any_of(words.begin(), words.end(),
                           [&](std::string_view word) { return token.is(word); });
    });
}

/// AUTO_INCREMENT=5 or AUTO_INCREMENT 5, not the column attribute.
bool sets_auto_increment(Tokens tokens) {
    for (std::size_t i = 0; i + 1 < tokens.size(); ++i) {
        const bool value = tokens[i + 1].is('=') || tokens[i + 1].kind == Token::Kind::kNumber;
        if (tokens[i].is("AUTO_INCREMENT") && value) return true;
    }
    return false;
}

void note(Alter& alter, Clause clause, Tokens tokens) {
    switch (clause.kind) {
        case ClauseKind::kChangeColumn:
        case ClauseKind::kRenameColumn:
            if (clause.column != clause.new_name) {
                alter.renamed_columns.emplace_back(clause.column, clause.new_name);
            }
            break;
        case ClauseKind::kDropColumn:
            alter.dropped_columns.push_back(clause.column);
            break;
        case ClauseKind::kPartitionOperation:
            if (acts_on_partition_data(tokens)) alter.unsupported = clause.text;
            break;
        case ClauseKind::kTablespace:
            alter.unsupported = clause.text;
            break;
        case ClauseKind::kAlgorithm:
            alter.how_clauses.push_back(clause.text);
            break;
        default:
            break;
    }
    const bool column = defines_column(clause.kind);
    alter.adds_unique_key |= clause.kind == ClauseKind::kAddUnique ||
                             (column && has_word(tokens, {"UNIQUE", "PRIMARY", "KEY"}));
    alter.adds_foreign_key |=
        clause.kind == ClauseKind::kAddForeignKey || (column && has_word(tokens, {"REFERENCES"}));
    alter.sets_auto_increment |= sets_auto_increment(tokens);
    alter.parts.push_back(std::move(clause));
}

/// Reads "ALTER [ONLINE] [IGNORE] TABLE [IF EXISTS] [db.]t [WAIT n|NOWAIT]" if the text has it;
/// returns the tokens that follow.
Expected<Tokens> read_head(Alter& alter, Tokens tokens, std::string_view sql) {
    Cursor cursor(tokens);
    cursor.skip("ALTER");
    while (cursor.skip("ONLINE") || cursor.skip("OFFLINE") || cursor.sees("IGNORE")) {
        alter.ignores_duplicates |= cursor.skip("IGNORE");
    }
    const bool full_form = tokens.front().is("ALTER") && cursor.skip("TABLE");
    if (!full_form) {
        alter.ignores_duplicates = false;
        return tokens;
    }
    cursor.skip_if_exists();
    const std::size_t name_at = cursor.position();
    alter.table = cursor.name();
    if (alter.table->empty()) return Unexpected("the ALTER TABLE names no table; give its name");
    if (cursor.position() > name_at + 1) alter.schema = tokens[name_at].text;
    const std::size_t wait_at = cursor.position();
    if (cursor.skip("WAIT")) (void)cursor.name();
    cursor.skip("NOWAIT");
    if (cursor.position() != wait_at) {
        const std::size_t begin = tokens[wait_at].begin;
        const std::size_t end = tokens[cursor.position() - 1].end;
        alter.how_clauses.emplace_back(sql.substr(begin, end - begin));
    }
    return tokens.subspan(cursor.position());
}

/// Splits at the commas outside parentheses.
Expected<std::vector<Tokens>> split(Tokens tokens) {
    std::vector<Tokens> clauses;
    int depth = 0;
    std::size_t begin = 0;
    for (std::size_t i = 0; i < tokens.size(); ++i) {
        if (tokens[i].is('(')) ++depth;
        if (tokens[i].is(')') && --depth < 0) break;
        if (depth != 0 || !tokens[i].is(',')) continue;
        clauses.push_back(tokens.subspan(begin, i - begin));
        begin = i + 1;
    }
    if (depth != 0)
        return Unexpected("the parentheses of the ALTER do not match; correct the text");
    clauses.push_back(tokens.subspan(begin));
    const bool gap =
        std::any_of(clauses.begin(), clauses.end(), [](Tokens clause) { return clause.empty(); });
    if (gap)
        return Unexpected("the ALTER has an empty clause (a comma too many); correct the text");
    return clauses;
}

/// The clauses' text as written, except that those saying how to run are left out. Comments around
/// the text are dropped, so that something can be appended; a version comment is kept whole.
std::string clause_text(const Alter& alter, Tokens tokens, std::string_view sql) {
    const bool versioned =
        std::any_of(tokens.begin(), tokens.end(), [](const Token& t) { return t.versioned; });
    const bool how = std::any_of(alter.parts.begin(), alter.parts.end(), [](const Clause& part) {
        return part.kind == ClauseKind::kAlgorithm;
    });
    if (how && !versioned) {
        std::string joined;
        for (const Clause& part : alter.parts) {
            if (part.kind == ClauseKind::kAlgorithm) continue;
            if (!joined.empty()) joined += ", ";
            joined += part.text;
        }
        return joined;
    }
    std::size_t begin = tokens.front().begin;
    std::size_t end = tokens.back().end;
    if (tokens.front().versioned) begin = sql.rfind("/*", begin);
    if (tokens.back().versioned) end = sql.find("*/", end) + 2;
    return std::string(sql.substr(begin, end - begin));
}

Expected<void> refuse_other_statements(Tokens tokens) {
    constexpr std::array<std::string_view, 7> kVerbs = {"CREATE", "SELECT",  "INSERT", "UPDATE",
                                                        "DELETE", "REPLACE", "SET"};
    const Cursor cursor(tokens);
    const bool other = std::any_of(kVerbs.begin(), kVerbs.end(),
                                   [&](std::string_view verb) { return cursor.sees(verb); });
    if (other || (cursor.sees("DROP") && cursor.sees_any({"TABLE", "DATABASE", "SCHEMA"}, 1))) {
        return Unexpected("'" + tokens.front().text +
                          " …' is no ALTER; give its clauses, e.g. \"ADD COLUMN c INT\"");
    }
    return {};
}

Expected<Tokens> one_statement(Tokens tokens) {
    while (!tokens.empty() && tokens.back().is(';')) tokens = tokens.first(tokens.size() - 1);
    const bool several =
        std::any_of(tokens.begin(), tokens.end(), [](const Token& t) { return t.is(';'); });
    if (several) return Unexpected("the ALTER holds several statements; run them one by one");
    if (tokens.empty()) {
        return Unexpected("the ALTER is empty; give its clauses, e.g. \"ADD COLUMN c INT\"");
    }
    return tokens;
}

}  // namespace

Expected<Alter> split_alter(std::string_view text) {
    const auto all = tokenize(text);
    if (!all) return Unexpected("the ALTER cannot be read: " + all.error() + "; correct the text");
    const auto statement = one_statement(*all);
    if (!statement) return Unexpected(statement.error());
    Alter alter;
    const auto body = read_head(alter, *statement, text);
    if (!body) return Unexpected(body.error());
    if (body->empty()) {
        return Unexpected(
            "the ALTER TABLE has no clauses; to rebuild the table give ENGINE=InnoDB");
    }
    if (const auto fine = refuse_other_statements(*body); !fine) return Unexpected(fine.error());
    const auto clauses = split(*body);
    if (!clauses) return Unexpected(clauses.error());
    for (const Tokens tokens : *clauses) {
        if (renames_table(tokens)) {
            return Unexpected(
                "the ALTER renames the table, which wisp does not do; leave RENAME out "
                "and rename the table afterwards");
        }
        Clause clause = classify(tokens);
        const std::size_t begin = tokens.front().begin;
        clause.text = text.substr(begin, tokens.back().end - begin);
        note(alter, std::move(clause), tokens);
    }
    alter.clauses = clause_text(alter, *body, text);
    if (alter.clauses.empty()) {
        return Unexpected("the ALTER says how to run but not what to change; add a clause");
    }
    return alter;
}

}  // namespace wisp::sql
