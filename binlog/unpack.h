// SPDX-License-Identifier: Apache-2.0
// Unpacking: MySQL's TRANSACTION_PAYLOAD (a whole transaction, zstd) and what MariaDB's
// log_bin_compress and COMPRESSED columns hold (zlib). Sizes the log announces are limits here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/expected.h"
#include "binlog/byte_reader.h"

namespace wisp::binlog {

/// The events inside one TRANSACTION_PAYLOAD, unpacked one at a time.
class PayloadReader {
  public:
    /// `body`: the event behind its header, without checksum; must outlive the reader.
    [[nodiscard]] static Expected<PayloadReader> open(Bytes body);

    PayloadReader(PayloadReader&&) noexcept;
    PayloadReader& operator=(PayloadReader&&) noexcept;
    ~PayloadReader();

    /// The next event, header included, without checksum; valid until the next call. Empty at the
    /// end.
    [[nodiscard]] Expected<Bytes> next();

  private:
    struct State;
    explicit PayloadReader(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

/// MariaDB: the compressed part of QUERY_COMPRESSED and *_ROWS_COMPRESSED events.
[[nodiscard]] Expected<std::vector<std::uint8_t>> inflate_event_part(Bytes packed);

/// MariaDB: the value of a COMPRESSED column (types 140 and 141), its length prefix removed.
/// `limit`: most bytes the column can hold.
[[nodiscard]] Expected<std::string> inflate_column(Bytes packed, std::uint64_t limit);

}  // namespace wisp::binlog
