// SPDX-License-Identifier: Apache-2.0
#include "drift/log_stretch.h"

#include <algorithm>
#include <span>

#include "base/log.h"
#include "binlog/decoder.h"
#include "binlog/dump_channel.h"
#include "binlog/dump_to.h"
#include "migrator/refusal.h"
#include "migrator/row_reader.h"
#include "mysql/connection.h"
#include "sql/identifier.h"
#include "sql/statement_scan.h"

namespace wisp::drift {
namespace {

bool is_named(std::string_view schema, std::string_view table, const sql::TableName& name) {
    return sql::same_name(schema, name.schema) && sql::same_name(table, name.table);
}

class Collector {
  public:
    explicit Collector(const Subject& subject) : subject_(subject), reader_(subject.plan) {}

    [[nodiscard]] binlog::DecoderOptions options() const {
        binlog::DecoderOptions options;
        options.tables.watches = [this](std::string_view schema, std::string_view table) {
            return is_named(schema, table, subject_.name()) ||
                   std::any_of(subject_.cascades_from.begin(), subject_.cascades_from.end(),
                               [&](const auto& name) { return is_named(schema, table, name); });
        };
        options.tables.hints = [this](const binlog::TableMap& map) {
            return is_named(map.schema, map.table, subject_.name())
                       ? subject_.plan.hints
                       : std::vector<binlog::ColumnHint>{};
        };
        return options;
    }

    void take(const binlog::Transaction& transaction) {
        if (!transaction.unseen_xa.empty()) touched_.all = true;
        for (const auto& statement : transaction.statements) take(statement);
        for (const auto& change : transaction.changes) take(change);
    }

    [[nodiscard]] Touched result() { return std::move(touched_); }

  private:
    void take(const binlog::Statement& statement) {
        const auto verb = sql::statement_verb(statement.text);
        const auto touches = [&](const sql::TableName& name) {
            return sql::changes_table(statement.text, statement.schema, name) ||
                   (sql::writes_rows(verb) &&
                    sql::mentions(statement.text, statement.schema, name));
        };
        touched_.all =
            touched_.all || touches(subject_.name()) ||
            std::any_of(subject_.cascades_from.begin(), subject_.cascades_from.end(), touches);
    }

    void take(const binlog::Change& change) {
        const auto& map = *change.block->table;
        const auto& cascades = subject_.cascades_from;
        const bool to_itself =
            change.kind != binlog::ChangeKind::kInsert &&
            std::find(cascades.begin(), cascades.end(), subject_.name()) != cascades.end();
        if (!subject_.has_key || to_itself || !is_named(map.schema, map.table, subject_.name())) {
            touched_.all = true;
        }
        if (touched_.all) return;
        try {
            reader_.require_key(change);
            using enum binlog::ChangeKind;
            if (change.kind != kInsert) touched_.keys.insert(reader_.key_name(change, true));
            if (change.kind != kDelete) touched_.keys.insert(reader_.key_name(change, false));
        } catch (const migrator::Refusal&) {  // the row's key is not told
            touched_.all = true;
        }
    }

    const Subject& subject_;
    migrator::RowReader reader_;
    Touched touched_;
};

}  // namespace

Touched read_touched(mysql::Connection& primary, const binlog::Position& from,
                     const binlog::Position& to, const Subject& subject,
                     const std::stop_token& stop, std::chrono::milliseconds patience) {
    Collector collector(subject);
    if (to <= from) return collector.result();
    binlog::Decoder decoder(from, collector.options());
    decoder.start_file(from.file, from.offset);
    binlog::DumpOptions dump;
    dump.endpoint = primary.endpoint();
    dump.start = from;
    dump.server_id = binlog::random_server_id(primary);
    const auto feed = [&](std::span<const std::uint8_t> event) {
        auto done = decoder.feed(event);
        if (!done) throw migrator::Refusal(done.error());
        if (*done) collector.take(**done);
        return true;
    };
    try {
        binlog::dump_to(dump, decoder, to, stop, feed, patience);
    } catch (const binlog::LogEndsEarly& early) {
        log::warn("{}; any row may have been changed there", early.what());
        return {.all = true, .keys = {}};
    }
    if (stop.stop_requested()) throw migrator::Stopped("stopped while comparing");
    return collector.result();
}

}  // namespace wisp::drift
