// SPDX-License-Identifier: Apache-2.0
#include "migrator/checkpoint.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <charconv>
#include <optional>

#include "sql/create_table.h"
#include "sql/identifier.h"

namespace wisp::migrator {
namespace {

constexpr std::string_view kTitle = "wisp checkpoint ";
constexpr unsigned kFormat = 3;
/// What is finished beyond so many bytes of bounds is copied, or compared, again: a checkpoint
/// stays a small row, below every max_allowed_packet.
constexpr std::size_t kMostBytes = 256 * 1024;

template <typename Number>
std::optional<Number> number_of(std::string_view text) {
    Number number{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return number;
}

/// "name 5\nvalue\n" after one another.
class Writer {
  public:
    void add(std::string_view name, std::string_view value) {
        fmt::format_to(std::back_inserter(text_), "{} {}\n{}\n", name, value.size(), value);
    }
    void add(std::string_view name, const std::vector<std::string>& values) {
        add(name, std::to_string(values.size()));
        for (const auto& value : values) add("-", value);
    }
    [[nodiscard]] std::string take() { return std::move(text_); }

  private:
    std::string text_ = fmt::format("{}{}\n", kTitle, kFormat);
};

/// Reads what Writer wrote, in the same order. The first thing that does not fit is kept as error;
/// everything read after it is empty.
class Reader {
  public:
    explicit Reader(std::string_view text) : rest_(text) {
        const auto title = line();
        const auto format = title.starts_with(kTitle)
                                ? number_of<unsigned>(title.substr(kTitle.size()))
                                : std::nullopt;
        if (!format) {
            fail("it does not begin like one");
        } else if (*format != kFormat) {
            fail(
                fmt::format("it is of format {}, and this wisp knows format {}; resume with the"
                            " wisp that wrote it",
                            *format, kFormat));
        }
    }

    std::string text(std::string_view name) {
        const std::string_view head = line();
        const auto space = head.find(' ');
        const auto size = space == std::string_view::npos
                              ? std::nullopt
                              : number_of<std::size_t>(head.substr(space + 1));
        if (!size || head.substr(0, space) != name || rest_.size() <= *size ||
            rest_[*size] != '\n') {
            fail(fmt::format("'{}' is missing or cut off", name));
            return {};
        }
        std::string value(rest_.substr(0, *size));
        rest_.remove_prefix(*size + 1);
        return value;
    }
    std::uint64_t number(std::string_view name) {
        const auto value = number_of<std::uint64_t>(text(name));
        if (!value) fail(fmt::format("'{}' is no number", name));
        return value.value_or(0);
    }
    std::vector<std::string> list(std::string_view name) {
        std::vector<std::string> values;
        const auto count = number(name);
        while (good() && values.size() < count) values.push_back(text("-"));
        return values;
    }
    void end() {
        text("end");
        if (!rest_.empty()) fail("something follows its end");
    }
    [[nodiscard]] bool good() const { return error_.empty(); }
    [[nodiscard]] const std::string& error() const { return error_; }

  private:
    std::string_view line() {
        const auto end = rest_.find('\n');
        if (end == std::string_view::npos) {
            rest_ = {};
            return {};
        }
        const auto line = rest_.substr(0, end);
        rest_.remove_prefix(end + 1);
        return line;
    }
    void fail(std::string why) {
        if (error_.empty()) error_ = std::move(why);
        rest_ = {};
    }

    std::string_view rest_;
    std::string error_;
};

std::size_t size_of(const std::vector<std::string>& bound) {
    std::size_t bytes = 0;
    for (const auto& value : bound) bytes += value.size();
    return bytes;
}

void write_spans(Writer& writer, std::string_view name, const std::vector<Span>& all) {
    std::size_t spans = 0;
    for (std::size_t bytes = 0; spans < all.size(); ++spans) {
        bytes += size_of(all[spans].after) + size_of(all[spans].up_to);
        if (bytes > kMostBytes) break;
    }
    writer.add(name, std::to_string(spans));
    for (std::size_t i = 0; i < spans; ++i) {
        writer.add("after", all[i].after);
        writer.add("up-to", all[i].up_to);
    }
}

std::vector<Span> read_spans(Reader& reader, std::string_view name) {
    std::vector<Span> spans;
    const auto count = reader.number(name);
    while (reader.good() && spans.size() < count) {
        auto after = reader.list("after");
        spans.push_back({std::move(after), reader.list("up-to")});
    }
    return spans;
}

void write(Writer& writer, const Reached& reached) {
    writer.add("file", reached.position.file);
    writer.add("offset", std::to_string(reached.position.offset));
    writer.add("gtid", reached.gtid);
    writer.add("rows", std::to_string(reached.rows));
    writer.add("no-older-xa", reached.no_older_xa ? "1" : "0");
    writer.add("swapped", reached.swapped ? "1" : "0");
    write_spans(writer, "finished", reached.finished);
    writer.add("rows-verified", std::to_string(reached.rows_verified));
    write_spans(writer, "verified", reached.verified);
}

Reached read_reached(Reader& reader) {
    Reached reached;
    reached.position.file = reader.text("file");
    reached.position.offset = reader.number("offset");
    reached.gtid = reader.text("gtid");
    reached.rows = reader.number("rows");
    reached.no_older_xa = reader.number("no-older-xa") == 1;
    reached.swapped = reader.number("swapped") == 1;
    reached.finished = read_spans(reader, "finished");
    reached.rows_verified = reader.number("rows-verified");
    reached.verified = read_spans(reader, "verified");
    return reached;
}

}  // namespace

std::string to_text(const Checkpoint& checkpoint) {
    Writer writer;
    writer.add("alter", checkpoint.plan.alter);
    writer.add("source", checkpoint.plan.source);
    writer.add("ghost", checkpoint.plan.ghost);
    writer.add("columns", checkpoint.plan.columns);
    writer.add("key", checkpoint.plan.key);
    writer.add("server", checkpoint.plan.server);
    writer.add("bare-ghost", checkpoint.bare_ghost);
    writer.add("deferred", std::to_string(checkpoint.deferred.size()));
    for (const auto& index : checkpoint.deferred) {
        writer.add("name", index.name);
        writer.add("definition", index.definition);
    }
    writer.add("old-table", checkpoint.old_table);
    write(writer, checkpoint.reached);
    writer.add("end", "");
    return writer.take();
}

Expected<Checkpoint> parse_checkpoint(std::string_view text) {
    Reader reader(text);
    Checkpoint checkpoint;
    checkpoint.plan.alter = reader.text("alter");
    checkpoint.plan.source = reader.text("source");
    checkpoint.plan.ghost = reader.text("ghost");
    checkpoint.plan.columns = reader.text("columns");
    checkpoint.plan.key = reader.text("key");
    checkpoint.plan.server = reader.text("server");
    checkpoint.bare_ghost = reader.text("bare-ghost");
    const auto deferred = reader.number("deferred");
    while (reader.good() && checkpoint.deferred.size() < deferred) {
        auto name = reader.text("name");
        checkpoint.deferred.push_back({std::move(name), reader.text("definition")});
    }
    checkpoint.old_table = reader.text("old-table");
    checkpoint.reached = read_reached(reader);
    reader.end();
    if (!reader.good()) return Unexpected(reader.error());
    return checkpoint;
}

Fingerprint fingerprint(const Plan& plan, const std::string& alter, const std::string& server) {
    Fingerprint print{alter,
                      sql::without_counter(plan.source.create_statement),
                      sql::without_counter(plan.ghost.create_statement),
                      {},
                      plan.key.source_index_name,
                      server};
    for (const auto& column : plan.columns) {
        print.columns += fmt::format("{} -> {}: {}\n", sql::quote(column.source.name),
                                     sql::quote(column.ghost.name), column.expression);
    }
    for (const auto& column : plan.filled) {
        print.columns += fmt::format("{}: {}\n", sql::quote(column.name), column.expression);
    }
    for (const auto i : plan.key.columns) {
        print.key += fmt::format(" {}", sql::quote(plan.columns[i].source.name));
    }
    return print;
}

std::string_view nameless(std::string_view create, const sql::TableName& name) {
    const std::string head = "CREATE TABLE " + sql::quote(name.table);
    if (create.starts_with(head)) create.remove_prefix(head.size());
    return create;
}

}  // namespace wisp::migrator
