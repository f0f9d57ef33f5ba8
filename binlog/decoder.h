// SPDX-License-Identifier: Apache-2.0
// Decoder: a state machine from raw events to committed transactions of watched tables. From an
// EventSource to the streamer. No I/O, one thread. Rows of other tables are dropped at the table
// id, before anything is decoded or allocated.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/expected.h"
#include "binlog/change.h"
#include "binlog/column_hint.h"
#include "binlog/position.h"
#include "binlog/row_store.h"
#include "binlog/table_cache.h"
#include "sql/table_def.h"

namespace wisp::binlog {

struct DecoderOptions {
    TableChoice tables;
    /// Empty: rows wait in Transaction::changes. Else: what the rows of each group are stored in.
    std::function<std::unique_ptr<RowStore>()> make_store;
    /// Return every group, also those that hold nothing for the caller.
    bool every_group = false;
};

class Decoder {
  public:
    Decoder(Position start, DecoderOptions options);
    /// `watched`: names as the server stores them (lower case with lower_case_table_names=1).
    /// `hints`: by watched table, may be empty; needed for old MariaDB temporal columns only.
    explicit Decoder(std::vector<sql::TableName> watched, Position start,
                     std::vector<std::vector<ColumnHint>> hints = {});
    Decoder(const Decoder&) = delete;
    Decoder& operator=(const Decoder&) = delete;
    ~Decoder();

    /// Feeds one raw event, header and checksum included. Returns the transaction that this event
    /// completed if it has watched changes, statements or an unseen XA COMMIT; else nullopt.
    /// An error is final: it says what was found, where, and what to do.
    [[nodiscard]] Expected<std::optional<Transaction>> feed(std::span<const std::uint8_t> event);

    /// Where a new connection must start: the end of the last complete group. A group that ends in
    /// XA PREPARE counts as complete: its rows are kept here.
    [[nodiscard]] const Position& resume_position() const;
    /// End of the last event fed, inside a group or not: for progress, never for a reconnect.
    [[nodiscard]] const Position& received_position() const;
    /// GTID of the last complete group, empty if there was none.
    [[nodiscard]] const std::string& last_gtid() const;
    /// As Transaction::undecided_from, now.
    [[nodiscard]] Position undecided_from() const;
    /// The events that follow come from the start of another file, as after a ROTATE to it.
    void start_file(const std::string& name, std::uint64_t offset = 4);
    /// Forget half a group: call after reconnecting at resume_position().
    void reconnected();

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace wisp::binlog
