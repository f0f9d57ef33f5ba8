// SPDX-License-Identifier: Apache-2.0
// A decoder that watches `s`.`t` (a TINYINT and nothing else), and the events that touch it.
#pragma once

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "binlog/decoder.h"
#include "binlog/value_decoder.h"
#include "tests/support/event_builder.h"

namespace wisp::binlog {

class DecoderFixture : public ::testing::Test {
  protected:
    using Raw = test::Raw;
    static constexpr std::uint64_t kTableId = 42;
    static constexpr std::uint64_t kOtherId = 43;

    void SetUp() override {
        feed(build_.fake_rotate("binlog.000001", 4));
        feed(build_.format_description());
    }

    /// Feeds an event that must be understood.
    std::optional<Transaction> feed(const Raw& event) {
        auto done = decoder_.feed(event);
        EXPECT_TRUE(done) << done.error();
        return done ? std::move(*done) : std::nullopt;
    }
    std::string error_of(const Raw& event) {
        const auto done = decoder_.feed(event);
        EXPECT_FALSE(done);
        return done ? "" : done.error();
    }

    std::optional<Transaction> gtid(std::uint64_t number) {
        return feed(build_.event(EventType::kGtid, test::gtid_body(1, number)));
    }
    std::optional<Transaction> query(std::string_view text) {
        return feed(build_.event(EventType::kQuery, test::query_body("s", text)));
    }
    std::optional<Transaction> table_map(std::uint64_t id, std::string_view table) {
        return feed(build_.event(EventType::kTableMap,
                                 test::table_map_body(id, "s", table, {{kTiny, {}}})));
    }
    /// A statement that inserts one row into the watched table.
    void insert(std::uint8_t value) {
        table_map(kTableId, "t");
        feed(build_.event(EventType::kWriteRows, test::rows_body(kTableId, 1, {1}, {0, value})));
    }
    void insert_elsewhere() {
        table_map(kOtherId, "other");
        feed(build_.event(EventType::kWriteRows, test::rows_body(kOtherId, 1, {1}, {0, 1})));
    }
    std::optional<Transaction> xid() {
        return feed(build_.event(EventType::kXid, test::ByteWriter().u64(1).done()));
    }

    /// The inserted numbers, in order.
    static std::vector<std::int64_t> numbers(const std::optional<Transaction>& transaction) {
        std::vector<std::int64_t> found;
        if (!transaction) return found;
        DecodedRow row;
        for (const auto& change : transaction->changes) {
            EXPECT_TRUE(decode_after(change, {}, kAllColumns, row));
            found.push_back(row.values[0].integer);
        }
        return found;
    }

    test::EventBuilder build_;
    Decoder decoder_{{{"s", "t"}}, {"binlog.000001", 4}};
};

}  // namespace wisp::binlog
