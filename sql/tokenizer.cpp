// SPDX-License-Identifier: Apache-2.0
// Lexical rules: MySQL 8.4 manual 11.1.1 (strings), 11.2 (names), 11.7 (comments); MariaDB
// knowledge base "Comment syntax" for /*M!. Both servers agree except for that comment.
#include "sql/tokenizer.h"

#include <utility>

#include "sql/identifier.h"

namespace wisp::sql {
namespace {

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
bool is_space(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r') || c == '\0';
}
bool is_name_character(char c) {
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           c == '$' || static_cast<unsigned char>(c) >= 0x80;
}

/// The character that a backslash and `c` stand for (MySQL 8.4 manual, table 11.1).
char unescaped(char c) {
    switch (c) {
        case '0':
            return '\0';
        case 'b':
            return '\b';
        case 'n':
            return '\n';
        case 'r':
            return '\r';
        case 't':
            return '\t';
        case 'Z':
            return '\x1A';
        default:
            return c;
    }
}

class Lexer {
  public:
    Lexer(std::string_view sql, Backslash backslash) : sql_(sql), backslash_(backslash) {}

    Expected<std::vector<Token>> run() {
        while (problem_.empty() && at_ < sql_.size()) step();
        if (problem_.empty() && in_version_comment_) problem_ = "a version comment has no end (*/)";
        if (!problem_.empty()) return Unexpected(problem_);
        return std::move(tokens_);
    }

  private:
    [[nodiscard]] char peek(std::size_t ahead = 0) const {
        return at_ + ahead < sql_.size() ? sql_[at_ + ahead] : '\0';
    }
    [[nodiscard]] bool looking_at(std::string_view text) const {
        return sql_.substr(at_, text.size()) == text;
    }

    void step() {
        const char c = peek();
        if (is_space(c)) {
            ++at_;
        } else if (c == '#' || dashes_open_comment()) {
            skip_line();
        } else if (looking_at("/*")) {
            comment();
        } else if (in_version_comment_ && looking_at("*/")) {
            in_version_comment_ = false;
            at_ += 2;
        } else if (c == '`') {
            quoted(Token::Kind::kQuotedName);
        } else if (c == '"') {
            quoted(Token::Kind::kDoubleQuoted);
        } else if (c == '\'') {
            quoted(Token::Kind::kString);
        } else if (is_digit(c)) {
            number_or_word();
        } else if (is_name_character(c)) {
            word();
        } else {
            push(Token::Kind::kPunctuation, at_, at_ + 1);
        }
    }

    // "--" opens a comment only before white space, a control character or the end.
    [[nodiscard]] bool dashes_open_comment() const {
        return looking_at("--") &&
               (at_ + 2 >= sql_.size() || static_cast<unsigned char>(sql_[at_ + 2]) <= 0x20);
    }

    void skip_line() {
        const std::size_t end = sql_.find('\n', at_);
        at_ = end == std::string_view::npos ? sql_.size() : end + 1;
    }

    void comment() {
        if (!in_version_comment_ && (looking_at("/*!") || looking_at("/*M!"))) {
            at_ += looking_at("/*!") ? 3 : 4;
            while (is_digit(peek())) ++at_;
            in_version_comment_ = true;
            return;
        }
        const std::size_t end = sql_.find("*/", at_ + 2);
        if (end == std::string_view::npos) {
            problem_ = "a comment has no end (*/)";
            return;
        }
        at_ = end + 2;
    }

    void quoted(Token::Kind kind) {
        const char quote = sql_[at_];
        const bool escapes = kind != Token::Kind::kQuotedName && backslash_ == Backslash::kEscapes;
        Token token{kind, {}, at_, 0, in_version_comment_};
        for (std::size_t i = at_ + 1; i < sql_.size(); ++i) {
            const char c = sql_[i];
            if (c == '\\' && escapes && i + 1 < sql_.size()) {
                token.text += unescaped(sql_[++i]);
            } else if (c != quote) {
                token.text += c;
            } else if (i + 1 < sql_.size() && sql_[i + 1] == quote) {
                token.text += c;
                ++i;
            } else {
                at_ = token.end = i + 1;
                tokens_.push_back(std::move(token));
                return;
            }
        }
        problem_ = std::string("a quote (") + quote + ") has no end";
    }

    void word() {
        std::size_t end = at_;
        while (end < sql_.size() && is_name_character(sql_[end])) ++end;
        push(Token::Kind::kWord, at_, end);
    }

    // Names may begin with a digit (1st_table), and after a dot anything is a name (db.1e5).
    void number_or_word() {
        std::size_t end = at_;
        while (end < sql_.size() && is_name_character(sql_[end])) ++end;
        const std::string_view run = sql_.substr(at_, end - at_);
        const bool after_dot =
            !tokens_.empty() && tokens_.back().is('.') && tokens_.back().end == at_;
        if (!numeric(run)) return push(Token::Kind::kWord, at_, end);
        if (after_dot) return push(Token::Kind::kNumber, at_, end);
        if (end < sql_.size() && sql_[end] == '.') {
            ++end;
            while (end < sql_.size() && is_name_character(sql_[end])) ++end;
        }
        const char last = sql_[end - 1];
        const bool exponent = (last == 'e' || last == 'E') && end + 1 < sql_.size() &&
                              (sql_[end] == '+' || sql_[end] == '-') && is_digit(sql_[end + 1]);
        if (exponent) {
            ++end;
            while (end < sql_.size() && is_digit(sql_[end])) ++end;
        }
        push(Token::Kind::kNumber, at_, end);
    }

    // 12, 12e, 12e5, 0x1f, 0b01
    static bool numeric(std::string_view run) {
        if (run.size() > 2 && run[0] == '0' && run[1] == 'x') {
            return run.find_first_not_of("0123456789abcdefABCDEF", 2) == std::string_view::npos;
        }
        if (run.size() > 2 && run[0] == '0' && run[1] == 'b') {
            return run.find_first_not_of("01", 2) == std::string_view::npos;
        }
        const std::size_t rest = run.find_first_not_of("0123456789");
        if (rest == std::string_view::npos) return true;
        if (run[rest] != 'e' && run[rest] != 'E') return false;
        return run.find_first_not_of("0123456789", rest + 1) == std::string_view::npos;
    }

    void push(Token::Kind kind, std::size_t begin, std::size_t end) {
        tokens_.push_back(
            {kind, std::string(sql_.substr(begin, end - begin)), begin, end, in_version_comment_});
        at_ = end;
    }

    std::string_view sql_;
    Backslash backslash_;
    std::size_t at_ = 0;
    bool in_version_comment_ = false;
    std::string problem_;
    std::vector<Token> tokens_;
};

}  // namespace

bool Token::is(std::string_view word) const {
    return kind == Kind::kWord && same_name(text, word);
}

bool Token::is(char punctuation) const {
    return kind == Kind::kPunctuation && text.front() == punctuation;
}

bool Token::may_be_name() const {
    return kind == Kind::kWord || kind == Kind::kQuotedName || kind == Kind::kDoubleQuoted;
}

Expected<std::vector<Token>> tokenize(std::string_view sql, Backslash backslash) {
    return Lexer(sql, backslash).run();
}

}  // namespace wisp::sql
