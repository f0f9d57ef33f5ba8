// SPDX-License-Identifier: Apache-2.0
// FormatDescription: what a FORMAT_DESCRIPTION event says about the events that follow: sizes of
// their fixed parts and whether they end in a checksum. Comes first in each file and dump.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/expected.h"
#include "binlog/byte_reader.h"
#include "binlog/event_type.h"

namespace wisp::binlog {

struct FormatDescription {
    std::string server_version;
    std::uint32_t created = 0;              // not 0: the server started with this file
    bool checksums = false;                 // events end in a CRC32
    std::vector<std::uint8_t> fixed_sizes;  // post-header length by type - 1

    /// Bytes between the header and the variable part; `otherwise` if the event does not say.
    [[nodiscard]] std::size_t fixed_size(EventType type, std::size_t otherwise) const;
};

/// The whole event, header included; its own checksum is verified here.
[[nodiscard]] Expected<FormatDescription> parse_format_description(Bytes event);

}  // namespace wisp::binlog
