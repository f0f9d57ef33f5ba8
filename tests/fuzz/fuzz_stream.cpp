// SPDX-License-Identifier: Apache-2.0
// Input: events one after the other, without checksums, the first one a FORMAT_DESCRIPTION; the
// decoder watches the tables that the seeds write to.
#include "base/log.h"
#include "binlog/decoder.h"
#include "binlog/header.h"
#include "binlog/value_decoder.h"
#include "tests/fuzz/fuzz_input.h"

using namespace wisp::binlog;

namespace {

void decode(const Transaction& transaction) {
    DecodedRow row;
    for (const auto& change : transaction.changes) {
        if (change.kind != ChangeKind::kInsert)
            static_cast<void>(decode_before(change, {}, kAllColumns, row));
        if (change.kind != ChangeKind::kDelete)
            static_cast<void>(decode_after(change, {}, kAllColumns, row));
    }
}

/// The size that the header tells, or everything.
std::size_t event_size(Bytes rest) {
    const auto size = ByteReader(rest.size() < 13 ? Bytes{} : rest.subspan(9, 4)).u32();
    return size < kHeaderSize || size > rest.size() ? rest.size() : size;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const bool quiet = [] {
        spdlog::set_level(spdlog::level::off);
        return true;
    }();
    static_cast<void>(quiet);
    Decoder decoder({{"fuzz", "t"}, {"fuzz", "j"}, {"fuzz", "c"}}, {"binlog.000001", 4});
    for (Bytes rest(data, size); !rest.empty();) {
        const std::size_t next = event_size(rest);
        const auto done = decoder.feed(rest.first(next));
        if (!done) return 0;
        if (*done) decode(**done);
        rest = rest.subspan(next);
    }
    return 0;
}
