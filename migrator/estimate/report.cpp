// SPDX-License-Identifier: Apache-2.0
#include "migrator/estimate/report.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>
#include <vector>

#include "migrator/checks/check.h"
#include "migrator/estimate/rates.h"
#include "sql/identifier.h"

namespace wisp::migrator {
namespace {

/// Titles, and under each of them lines of a word and a text.
class Page {
  public:
    void title(const std::string& text) { text_ += fmt::format("#\n# {}\n", text); }
    void line(const std::string& word, const std::string& text) {
        text_ += fmt::format("#   {:<13} {}\n", word, text);
    }
    [[nodiscard]] const std::string& text() const { return text_; }

  private:
    std::string text_;
};

std::string columns_text(const Plan& plan) {
    std::string text = fmt::format("{} are carried over", plan.columns.size());
    for (const auto& column : plan.columns) {
        if (sql::same_name(column.source.name, column.ghost.name)) continue;
        text += fmt::format("; {} becomes {}", sql::quote(column.source.name),
                            sql::quote(column.ghost.name));
    }
    for (const auto& column : plan.dropped)
        text += fmt::format("; {} is dropped", sql::quote(column));
    return text;
}

std::string verification_text(Verify verify) {
    switch (verify) {
        case Verify::kOff:
            return "none, as asked for";
        case Verify::kSample:
            return "one range in ten is compared with the ghost before the swap";
        case Verify::kFull:
            return "every row is compared with the ghost before the swap";
    }
    return {};
}

void add_work(Page& page, const Plan& plan, const MigrationOptions& options) {
    const TableNames& names = plan.names;
    page.title("What will be done");
    page.line("ALTER", plan.alter.clauses);
    if (options.attempt_instant_ddl || options.attempt_inplace_ddl) {
        page.line("first",
                  "it is tried on the table itself, as a change of metadata only; what"
                  " follows is for the case that this cannot be");
    }
    page.line("tables made", fmt::format("{} (ghost, altered while empty), {} (changelog)",
                                         sql::quote(names.ghost), sql::quote(names.changelog)));
    page.line("columns", columns_text(plan));
    page.line("verification", verification_text(options.verify));
    page.line("swap",
              fmt::format("{} becomes {} under a table lock; lock and wait for it last {} s"
                          " at most, in up to {} attempts",
                          sql::quote(names.ghost), sql::quote(names.source),
                          options.cut_over_lock_timeout.count(), options.cut_over_attempts));
    page.line("old table", options.drop_old_after
                               ? "is dropped after the swap"
                               : fmt::format("stays as {}; drop it when it is no longer needed",
                                             sql::quote(names.old)));
}

void add_plan(Page& page, const Plan& plan) {
    page.title("Key that copy and replay go by");
    const MigrationKey& key = plan.key;
    const bool primary = key.source_index_name == "PRIMARY";
    page.line(key.source_index_name,
              primary ? "the primary key; it is there before and after the ALTER"
                      : "unique and without NULLs, before and after the ALTER; of such keys the one"
                        " with the fewest and plainest columns");
    if (!key.passed_over.empty()) page.line("passed over", key.passed_over);
    page.title("Checks passed");
    std::string checks;
    for (const auto name : check_names()) checks += fmt::format("{}, ", name);
    page.line("", checks + "ALTER on the empty ghost, conversions, row images tell the key");
}

void add_size(Page& page, const TableSize& size) {
    page.title("The table now, by the server's own estimate");
    page.line("rows", fmt::format("{}", size.rows));
    page.line("bytes", fmt::format("{} of data, {} of secondary indexes",
                                   bytes_text(static_cast<double>(size.data_bytes)),
                                   bytes_text(static_cast<double>(size.index_bytes))));
}

void add_writes(Page& page, const WriteRate& writes, const Plan& plan) {
    page.title("Writes on the table, as the binlog shows them");
    if (!writes.unknown.empty()) {
        page.line("not known", "the binlog's tail could not be read: " + writes.unknown);
        return;
    }
    page.line("seen in", fmt::format("{:.0f} s {} ({} of binlog read)", writes.seconds,
                                     writes.listened ? "of listening, as the newest file is too"
                                                       " large to be read for this"
                                                     : "until now",
                                     bytes_text(static_cast<double>(writes.log_bytes))));
    page.line("rows", fmt::format("{:.1f} changes/s ({} changes in {} transactions)",
                                  static_cast<double>(writes.rows) / writes.seconds, writes.rows,
                                  writes.transactions));
    page.line("bytes", fmt::format("{}/s of row images",
                                   bytes_text(static_cast<double>(writes.bytes) / writes.seconds)));
    if (writes.statements == 0) return;
    page.line("WARNING", fmt::format("{} statements on {} are logged in STATEMENT format: the next"
                                     " one would end the run; make every session write ROW (SET"
                                     " GLOBAL binlog_format='ROW' and reconnect)",
                                     writes.statements, sql::quote(plan.source.name)));
}

std::string copy_basis(const Estimate& estimate) {
    const Forecast& f = estimate.forecast;
    if (f.read_is_slower) {
        return fmt::format("{:.0f} rows/s, as {} rows were read just now", f.rows_per_second,
                           estimate.sample.rows);
    }
    return fmt::format(
        "reckoned with one copier at {:.0f} rows/s and at most {}/s, which is low; {} rows were"
        " read in {:.3f} s just now",
        rates::kCopiedRows, bytes_text(rates::kCopiedBytes), estimate.sample.rows,
        estimate.sample.seconds);
}

std::string convergence_text(const Forecast& forecast, const WriteRate& writes) {
    const double rate = writes.seconds > 0 ? static_cast<double>(writes.rows) / writes.seconds : 0;
    const std::string rates =
        fmt::format("{:.0f} changes/s seen, {:.0f} reckoned with", rate, rates::kReplayedChanges);
    switch (forecast.replay) {
        case Convergence::kUnknown:
            return "not known, as the write rate is not";
        case Convergence::kSure:
            return "keeps up: " + rates;
        case Convergence::kClose:
            return "keeps up, but with little to spare: " + rates + "; choose a quieter hour";
        case Convergence::kNot:
            return "may not keep up: " + rates +
                   "; unless the same rows change again and again, the swap is not reached until"
                   " the writes slow down";
    }
    return {};
}

void add_room(Page& page, const DiskRooms& rooms, const Forecast& forecast) {
    if (rooms.known.empty()) {
        page.line("free room",
                  fmt::format("not told by the server ({}); look with df on it", rooms.unknown));
    }
    const auto needed = static_cast<double>(forecast.ghost_bytes + forecast.binlog_bytes);
    for (const auto& room : rooms.known) {
        const auto free = static_cast<double>(room.free_bytes);
        page.line("free room",
                  fmt::format("{} on {} ({}){}", bytes_text(free), room.path, room.what,
                              free < needed ? "; WARNING: this may not suffice" : ""));
    }
}

std::string index_text(const Plan& plan, const Forecast& forecast) {
    std::string names;
    for (const auto& index : plan.deferred) {
        names += (names.empty() ? "" : ", ") + sql::quote(index.name);
    }
    return fmt::format(
        "about {}, by one ALTER after the copy: {}. Each replica runs it as one statement too and"
        " lags for as long, which no throttling can shorten; without --defer-secondary-indexes the"
        " copy goes on in chunks that are paced by the lag",
        duration_text(forecast.index_seconds), names);
}

void add_forecast(Page& page, const Estimate& estimate, const Plan& plan) {
    const Forecast& f = estimate.forecast;
    page.title("Forecast: an estimate, without throttling, on the server as it is now");
    page.line("copy",
              fmt::format("about {}: {}", duration_text(f.copy_seconds), copy_basis(estimate)));
    if (!plan.deferred.empty()) page.line("index build", index_text(plan, f));
    if (f.verify_seconds > 0) {
        page.line("verification", "about " + duration_text(f.verify_seconds));
    }
    page.line("replay", convergence_text(f, estimate.writes));
    page.line("ghost", fmt::format("about {} of data and indexes",
                                   bytes_text(static_cast<double>(f.ghost_bytes))));
    page.line("binlog", plan.has_changelog
                            ? fmt::format("about {} more, here and on each replica: every row is"
                                          " logged in full",
                                          bytes_text(static_cast<double>(f.binlog_bytes)))
                            : "no more: what is written on this replica alone is not logged");
    add_room(page, estimate.rooms, f);
}

}  // namespace

std::string bytes_text(double bytes) {
    static constexpr std::array<const char*, 5> kUnits = {"bytes", "KiB", "MiB", "GiB", "TiB"};
    std::size_t unit = 0;
    while (bytes >= 1024 && unit + 1 < kUnits.size()) {
        bytes /= 1024;
        ++unit;
    }
    return unit == 0 ? fmt::format("{:.0f} bytes", bytes)
                     : fmt::format("{:.1f} {}", bytes, kUnits[unit]);
}

std::string duration_text(double seconds) {
    constexpr double kHour = 3600;
    if (seconds < 1) return "1 s";
    if (seconds < 120) return fmt::format("{:.0f} s", std::ceil(seconds));
    const auto minutes = static_cast<long long>(std::ceil(seconds / 60));
    if (seconds < 2 * kHour) return fmt::format("{} min", minutes);
    return fmt::format("{} h {} min", minutes / 60, minutes % 60);
}

std::string report(const Estimate& estimate, const Plan& plan, const MigrationOptions& options,
                   const Route& route) {
    Page page;
    add_work(page, plan, options);
    add_plan(page, plan);
    add_size(page, estimate.size);
    add_writes(page, estimate.writes, plan);
    add_forecast(page, estimate, plan);
    return fmt::format(
        "# Preview of the migration of {} on {}, binlog of {}; nothing was changed\n{}#\n# The new"
        " table\n{}\n# Add --execute to migrate\n",
        sql::quote(plan.names.source), route.write.label(), route.stream.label(), page.text(),
        plan.ghost.create_statement);
}

}  // namespace wisp::migrator
