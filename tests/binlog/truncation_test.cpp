// SPDX-License-Identifier: Apache-2.0
// Events of real servers (the seeds of the fuzz targets), cut off at every byte and changed at
// every byte: whatever they become, nothing beyond their end is read.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <vector>

#include "binlog/decoder.h"
#include "binlog/header.h"
#include "binlog/value_decoder.h"
#include "tests/support/guarded_bytes.h"

namespace wisp::binlog {
namespace {

using Raw = std::vector<std::uint8_t>;
using Events = std::vector<Raw>;

constexpr std::size_t kSizeOffset = 9;

/// One file of seeds: a FORMAT_DESCRIPTION, then the events of a transaction.
Events read_events(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    const Raw bytes(std::istreambuf_iterator<char>(file), {});
    Events events;
    for (Bytes rest(bytes); !rest.empty();) {
        const auto size = ByteReader(rest.subspan(kSizeOffset)).u32();
        events.emplace_back(rest.begin(), rest.begin() + size);
        rest = rest.subspan(size);
    }
    return events;
}

std::vector<Events> seeds() {
    std::vector<Events> all;
    for (const auto& entry : std::filesystem::directory_iterator(WISP_STREAM_SEEDS))
        all.push_back(read_events(entry.path()));
    return all;
}

void decode(const Transaction& transaction) {
    DecodedRow row;
    for (const auto& change : transaction.changes) {
        if (change.kind != ChangeKind::kInsert)
            static_cast<void>(decode_before(change, {}, kAllColumns, row));
        if (change.kind != ChangeKind::kDelete)
            static_cast<void>(decode_after(change, {}, kAllColumns, row));
    }
}

class Truncation : public ::testing::Test {
  protected:
    /// Feeds events 0 … last, the last one from guarded memory; true if all were understood.
    bool feed(const Events& events, std::size_t last, const Raw& changed) {
        Decoder decoder({{"fuzz", "t"}, {"fuzz", "j"}, {"fuzz", "c"}}, {"binlog.000001", 4});
        for (std::size_t i = 0; i < last; ++i)
            if (!decoder.feed(events[i])) return false;
        const auto done = decoder.feed(guarded_.put(changed));
        if (done && *done) decode(**done);
        return done.has_value();
    }
    /// Cut to `size` bytes, and its header says so.
    static Raw cut(const Raw& event, std::size_t size) {
        Raw shorter(event.begin(), event.begin() + static_cast<std::ptrdiff_t>(size));
        for (std::size_t i = 0; i < 4 && kSizeOffset + i < size; ++i)
            shorter[kSizeOffset + i] = static_cast<std::uint8_t>(size >> 8 * i & 0xffU);
        return shorter;
    }

    test::GuardedBytes guarded_{1 << 16};
};

TEST_F(Truncation, SeedsAreUnderstoodAndOfEveryKind) {
    std::set<std::uint8_t> kinds;
    for (const auto& events : seeds()) {
        EXPECT_TRUE(feed(events, events.size() - 1, events.back()));
        for (const auto& event : events) kinds.insert(event[4]);
    }
    for (const EventType type :
         {EventType::kQuery, EventType::kFormatDescription, EventType::kXid, EventType::kTableMap,
          EventType::kWriteRowsV1, EventType::kUpdateRowsV1, EventType::kDeleteRowsV1,
          EventType::kWriteRows, EventType::kUpdateRows, EventType::kDeleteRows, EventType::kGtid,
          EventType::kGtidTagged, EventType::kXaPrepare, EventType::kPartialUpdateRows,
          EventType::kTransactionPayload, EventType::kMariadbGtid, EventType::kQueryCompressed,
          EventType::kWriteRowsCompressedV1, EventType::kUpdateRowsCompressedV1}) {
        EXPECT_TRUE(kinds.contains(static_cast<std::uint8_t>(type))) << event_name(type);
    }
}

TEST_F(Truncation, NoEventIsReadBeyondItsEnd) {
    for (const auto& events : seeds()) {
        for (std::size_t i = 0; i < events.size(); ++i) {
            for (std::size_t size = 0; size < events[i].size(); ++size)
                static_cast<void>(feed(events, i, cut(events[i], size)));
            EXPECT_FALSE(feed(events, i, cut(events[i], kHeaderSize - 1)));
        }
    }
}

TEST_F(Truncation, NoChangedByteMakesAnEventBeReadBeyondItsEnd) {
    for (const auto& events : seeds()) {
        for (std::size_t i = 0; i < events.size(); ++i) {
            for (std::size_t at = kHeaderSize; at < events[i].size(); ++at) {
                for (const unsigned flip : {0x01U, 0x80U, 0xffU}) {
                    Raw changed = events[i];
                    changed[at] ^= static_cast<std::uint8_t>(flip);
                    static_cast<void>(feed(events, i, changed));
                }
            }
        }
    }
}

}  // namespace
}  // namespace wisp::binlog
