// SPDX-License-Identifier: Apache-2.0
#include "binlog/decoder.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/log.h"
#include "binlog/byte_reader.h"
#include "binlog/event_type.h"
#include "binlog/format_description.h"
#include "binlog/group.h"
#include "binlog/gtid.h"
#include "binlog/header.h"
#include "binlog/rows_event.h"
#include "binlog/statement.h"
#include "binlog/table_cache.h"
#include "binlog/unpack.h"

namespace wisp::binlog {

using Outcome = Expected<std::optional<Transaction>>;

namespace {

constexpr std::size_t kQueryFixedSize = 13;
constexpr std::size_t kLoadQueryFixedSize = 26;
constexpr std::size_t kTableFixedSize = 8;
constexpr std::size_t kRowsFixedSize = 8;

/// For bytes that cannot be: nothing the operator set is the cause.
Unexpected damaged(const std::string& what) {
    return Unexpected(what +
                      "; the log is damaged or was written by a server that is not supported: "
                      "check it with the server's own binlog tool");
}

}  // namespace

struct Decoder::State {
    State(DecoderOptions options, Position start)
        : tables(std::move(options.tables)),
          group(std::move(options.make_store)),
          every_group(options.every_group),
          received(start),
          resume(std::move(start)) {}

    Outcome feed(Bytes event);
    Expected<Bytes> body_of(const EventHeader& header, Bytes event) const;
    void advance(const EventHeader& header);

    Outcome handle(const EventHeader& header, Bytes body);
    Outcome handle_query(const EventHeader& header, const Statement& statement);
    Outcome handle_xa_end(const EventHeader& header, const Meaning& meaning);
    Outcome handle_xa_prepare(const EventHeader& header, Bytes body);
    Outcome handle_payload(Bytes body);
    Outcome handle_rollback_to(const std::string& name);
    Outcome handle_unknown(const EventHeader& header) const;
    Expected<void> handle_rows(const EventHeader& header, Bytes body);
    Outcome handle_rotate(const EventHeader& header, Bytes body);
    void start_file(std::string_view name, std::uint64_t offset);
    Outcome open_group(const Expected<Gtid>& gtid, bool mariadb);
    Outcome finish(const EventHeader& header);

    TableCache tables;
    Group group;
    bool every_group;
    std::optional<FormatDescription> format;
    Position received;  // end of the last event
    Position resume;    // end of the last complete group
    std::string last_gtid;
};

/// The bytes between header and checksum, the checksum verified.
Expected<Bytes> Decoder::State::body_of(const EventHeader& header, Bytes event) const {
    Bytes body = event.subspan(kHeaderSize);
    // The rotation that starts a dump comes before the format is known: its own CRC tells.
    const bool expected = format ? format->checksums : checksum_matches(event);
    if (!format && header.type != EventType::kRotate)
        return damaged("the event comes before any FORMAT_DESCRIPTION");
    if (!expected) return body;
    if (!checksum_matches(event)) return damaged("the event's checksum is wrong");
    return body.first(body.size() - kChecksumSize);
}

/// Own 64-bit sum, put right by the low 32 bits the server tells. The server tells none inside
/// groups since MariaDB 11.4, and leaves out events it filters. A dump that begins inside an
/// encrypted file of MariaDB tells its START_ENCRYPTION again, without a place.
void Decoder::State::advance(const EventHeader& header) {
    constexpr std::uint64_t kFileStart = 4;
    const bool made_up =
        header.type == EventType::kFormatDescription
            ? header.end_position == 0 || received.offset != kFileStart  // told again mid-file
            : header.type == EventType::kRotate && header.end_position == 0;
    const bool unplaced = header.type == EventType::kStartEncryption && header.end_position == 0;
    if (made_up || unplaced || (header.flags & kFlagArtificial) != 0 ||
        header.type == EventType::kHeartbeat || header.type == EventType::kHeartbeatV2)
        return;
    received.offset += header.size;
    if (header.end_position == 0) return;
    const auto behind = static_cast<std::int32_t>(header.end_position -
                                                  static_cast<std::uint32_t>(received.offset));
    received.offset += static_cast<std::uint64_t>(static_cast<std::int64_t>(behind));
}

Outcome Decoder::State::feed(Bytes event) {
    const std::uint64_t offset = received.offset;
    const auto where = [&] { return Position{received.file, offset}.text(); };
    const auto header = parse_header(event);
    if (!header)
        return Unexpected(
            fmt::format("binlog at {}: {}", where(), damaged(header.error()).value()));
    const auto in_context = [&](const std::string& text) {
        return Unexpected(
            fmt::format("{} event at {}: {}", event_name(header->type), where(), text));
    };
    advance(*header);
    Outcome outcome;
    if (header->type == EventType::kFormatDescription) {
        auto parsed = parse_format_description(event);
        if (!parsed) return in_context(parsed.error());
        format = std::move(*parsed);
        tables.end_statement();
    } else {
        const auto body = body_of(*header, event);
        if (!body) return in_context(body.error());
        outcome = handle(*header, *body);
        if (!outcome) return in_context(outcome.error());
    }
    if (group.idle() && !is_statement_context(header->type)) resume = received;
    return outcome;
}

Outcome Decoder::State::handle(const EventHeader& header, Bytes body) {
    const auto fixed = [&](std::size_t otherwise) {
        return format ? format->fixed_size(header.type, otherwise) : otherwise;
    };
    const auto parsed_query = [&](Expected<Statement> statement) -> Outcome {
        if (!statement) return damaged(statement.error());
        return handle_query(header, *statement);
    };
    if (is_rows_event(header.type)) {
        if (auto rows = handle_rows(header, body); !rows) return Unexpected(rows.error());
        return std::nullopt;
    }
    switch (header.type) {
        case EventType::kTableMap: {
            auto added = tables.add(body, fixed(kTableFixedSize));
            if (!added) return damaged(added.error());
            return std::nullopt;
        }
        case EventType::kQuery:
            return parsed_query(parse_query(body, fixed(kQueryFixedSize), false));
        case EventType::kQueryCompressed:
            return parsed_query(parse_query(body, fixed(kQueryFixedSize), true));
        case EventType::kExecuteLoadQuery:
            return parsed_query(parse_load_query(body, fixed(kLoadQueryFixedSize)));
        case EventType::kXid:
            return finish(header);
        case EventType::kXaPrepare:
            return handle_xa_prepare(header, body);
        case EventType::kGtid:
            return open_group(parse_gtid(body), false);
        case EventType::kAnonymousGtid:
            return open_group(Gtid{}, false);
        case EventType::kGtidTagged:
            return open_group(parse_gtid_tagged(body), false);
        case EventType::kMariadbGtid:
            return open_group(parse_mariadb_gtid(body, header.server_id), true);
        case EventType::kTransactionPayload:
            return handle_payload(body);
        case EventType::kRotate:
            return handle_rotate(header, body);
        default:
            return handle_unknown(header);
    }
}

Outcome Decoder::State::handle_unknown(const EventHeader& header) const {
    if (holds_no_rows(header.type)) return std::nullopt;
    if (header.type == EventType::kIncident)
        return Unexpected(std::string(
            "the server says that its log has a gap here, so changes are missing and rows may "
            "have been lost"));
    if (header.type == EventType::kPartialRowData)
        return Unexpected(
            std::string("the server splits large rows events, which is not supported; raise "
                        "binlog_row_event_fragment_threshold on the server"));
    if ((header.flags & kFlagIgnorable) != 0) return std::nullopt;
    return Unexpected(std::string(
        "this kind of event is not known and must not be skipped; the server is newer (or much "
        "older) than this program supports"));
}

Outcome Decoder::State::open_group(const Expected<Gtid>& gtid, bool mariadb) {
    if (!gtid) return damaged(gtid.error());
    if (group.has_content()) return damaged("a group starts before the one before it has ended");
    group.reset();
    group.open(gtid->text);
    if (mariadb && !gtid->standalone) group.begin();
    return std::nullopt;
}

Outcome Decoder::State::finish(const EventHeader& header) {
    tables.end_statement();
    if (!group.gtid().empty()) last_gtid = group.gtid();
    if (!group.has_content() && !every_group) {
        group.reset();
        resume = received;
        return std::nullopt;
    }
    Transaction done = group.take();
    done.start = resume;
    resume = received;
    done.end = received;
    done.timestamp = header.timestamp;
    if (done.began == 0) done.began = header.timestamp;
    return done;
}

Expected<void> Decoder::State::handle_rows(const EventHeader& header, Bytes body) {
    const std::size_t fixed =
        format ? format->fixed_size(header.type, kRowsFixedSize) : kRowsFixedSize;
    const auto head = parse_rows_head(body, fixed);
    if (!head) return damaged(head.error());
    // Closes a statement whose tables the server did not log; belongs to no table.
    constexpr std::uint64_t kDummyTable = 0xffffff;
    const auto table = tables.find(head->table_id);
    if (!table.known && head->table_id != kDummyTable)
        return damaged(fmt::format("no TABLE_MAP names table id {}", head->table_id));
    if (table.map) {
        const std::size_t before = group.changes().size();
        const auto bytes =
            parse_rows(header.type, body, fixed, table.map, table.hints, group.changes());
        if (!bytes) return damaged(bytes.error());
        if (group.changes().size() == before)
            return Unexpected(fmt::format(
                "rows of `{}`.`{}` were inserted and no column of them was logged, so it is not "
                "known which: with binlog_row_image=MINIMAL the server leaves out what an INSERT "
                "does not set; SET GLOBAL binlog_row_image='FULL' and reconnect the application's "
                "sessions",
                table.map->schema, table.map->table));
        group.note_time(header.timestamp);
        group.rows_added(*bytes);
        group.begin();
    }
    if (head->ends_statement) tables.end_statement();
    return {};
}

Outcome Decoder::State::handle_query(const EventHeader& header, const Statement& statement) {
    const Meaning meaning = meaning_of(statement.text);
    switch (meaning.control) {
        case Control::kBegin:
        case Control::kXaStart:
            group.note_time(header.timestamp);
            group.begin();
            return std::nullopt;
        case Control::kCommit:
            return finish(header);
        case Control::kRollback:
            group.drop_changes();
            return finish(header);
        case Control::kSavepoint:
            group.savepoint(meaning.name);
            return std::nullopt;
        case Control::kRelease:
            group.release(meaning.name);
            return std::nullopt;
        case Control::kRollbackTo:
            return handle_rollback_to(meaning.name);
        case Control::kXaEnd:
            return std::nullopt;
        case Control::kXaPrepare:
            group.hold(meaning.name, resume);
            return finish(header);
        case Control::kXaCommit:
        case Control::kXaCommitOnePhase:
        case Control::kXaRollback:
            return handle_xa_end(header, meaning);
        case Control::kCreateAndBegin:
            group.add(statement);
            group.begin();
            return std::nullopt;
        case Control::kNone:
            break;
    }
    group.add(statement);
    if (group.begun()) return std::nullopt;
    return finish(header);
}

Outcome Decoder::State::handle_rollback_to(const std::string& name) {
    if (!group.rollback_to(name) && group.has_rows())
        return Unexpected(fmt::format(
            "ROLLBACK TO SAVEPOINT {} names a savepoint that is not in the log, so it is not known "
            "which rows it takes back",
            name));
    return std::nullopt;
}

/// XA COMMIT and XA ROLLBACK stand in a group of their own, after the one that XA PREPARE ended.
/// Rows in the same group mean that there was no XA PREPARE: the group itself is decided.
Outcome Decoder::State::handle_xa_end(const EventHeader& header, const Meaning& meaning) {
    const bool decides_itself = group.has_content() && !group.holds(meaning.name);
    if (meaning.control == Control::kXaRollback) {
        group.drop_held(meaning.name);
        group.drop_changes();
    } else if (!decides_itself && meaning.control == Control::kXaCommit) {
        group.commit_held(meaning.name);
    }
    return finish(header);
}

Outcome Decoder::State::handle_xa_prepare(const EventHeader& header, Bytes body) {
    const auto xid = parse_xa_prepare(body);
    if (!xid) return damaged(xid.error());
    if (!xid->one_phase) group.hold(xid->name, resume);
    return finish(header);
}

Outcome Decoder::State::handle_payload(Bytes body) {
    auto payload = PayloadReader::open(body);
    if (!payload) return damaged(payload.error());
    std::optional<Transaction> done;
    while (true) {
        const auto event = payload->next();
        if (!event) return damaged(event.error());
        if (event->empty()) return done;
        const auto header = parse_header(*event);
        if (!header) return damaged(header.error());
        if (header->type == EventType::kTransactionPayload)
            return damaged("a TRANSACTION_PAYLOAD holds another one");
        auto outcome = handle(*header, event->subspan(kHeaderSize));
        if (!outcome)
            return Unexpected(
                fmt::format("inside it, {}: {}", event_name(header->type), outcome.error()));
        if (*outcome && done) return damaged("a TRANSACTION_PAYLOAD holds two transactions");
        if (*outcome) done = std::move(**outcome);
    }
}

// A real ROTATE ends a file; a made-up one names the file that a dump starts or goes on with. A
// server that crashed wrote no ROTATE: what it had not finished was rolled back when it recovered.
Outcome Decoder::State::handle_rotate(const EventHeader& header, Bytes body) {
    ByteReader in(body);
    const std::uint64_t offset = in.u64();
    const auto file = as_text(in.rest());
    if (!in.ok() || file.empty()) return damaged("the event is too short");
    const bool same_file = file == received.file;
    if (!same_file) start_file(file, offset);
    tables.end_statement();
    // Inside a file that is being read the made-up one repeats what we know better.
    const bool made_up = header.end_position == 0 || (header.flags & kFlagArtificial) != 0;
    if (same_file && made_up && format) return std::nullopt;
    received = {std::string(file), offset};
    return std::nullopt;
}

void Decoder::State::start_file(std::string_view name, std::uint64_t offset) {
    if (!group.idle())
        log::warn(
            "half a transaction stands at the end of a binlog file and is dropped "
            "position={} next_file={}",
            received.text(), name);
    group.reset();
    tables.end_statement();
    received = {std::string(name), offset};
}

namespace {

TableChoice choice_of(std::vector<sql::TableName> watched,
                      std::vector<std::vector<ColumnHint>> hints) {
    hints.resize(watched.size());
    const auto index_of = [watched = std::move(watched)](std::string_view schema,
                                                         std::string_view table) {
        const auto found = std::find_if(watched.begin(), watched.end(), [&](const auto& name) {
            return name.table == table && name.schema == schema;
        });
        return static_cast<std::size_t>(found - watched.begin());
    };
    const auto end = hints.size();
    return {[index_of, end](std::string_view schema, std::string_view table) {
                return index_of(schema, table) != end;
            },
            [index_of, hints = std::move(hints)](const TableMap& map) {
                return hints[index_of(map.schema, map.table)];
            }};
}

}  // namespace

Decoder::Decoder(std::vector<sql::TableName> watched, Position start,
                 std::vector<std::vector<ColumnHint>> hints)
    : Decoder(std::move(start), {choice_of(std::move(watched), std::move(hints)), {}, false}) {}

Decoder::Decoder(Position start, DecoderOptions options)
    : state_(std::make_unique<State>(std::move(options), std::move(start))) {}

Decoder::~Decoder() = default;

Outcome Decoder::feed(std::span<const std::uint8_t> event) {
    return state_->feed(event);
}

const Position& Decoder::resume_position() const {
    return state_->resume;
}

const Position& Decoder::received_position() const {
    return state_->received;
}

const std::string& Decoder::last_gtid() const {
    return state_->last_gtid;
}

Position Decoder::undecided_from() const {
    return state_->group.undecided_from();
}

void Decoder::start_file(const std::string& name, std::uint64_t offset) {
    state_->start_file(name, offset);
    state_->format.reset();
    state_->resume = state_->received;
}

void Decoder::reconnected() {
    state_->group.reset();
    state_->tables.end_statement();
    state_->format.reset();
    state_->received = state_->resume;
}

}  // namespace wisp::binlog
