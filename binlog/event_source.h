// SPDX-License-Identifier: Apache-2.0
// EventSource: where raw events come from: a server (dump_channel), a file, a test.
#pragma once

#include <cstdint>
#include <span>

namespace wisp::binlog {

class EventSource {
  public:
    virtual ~EventSource() = default;
    /// The next event from its 19-byte header on, checksum still there; valid until the next call.
    /// Empty: the source ended (end of file, cancelled). Throws mysql::Error when a server fails.
    virtual std::span<const std::uint8_t> next() = 0;
    /// Any thread: makes a blocked next() return empty.
    virtual void cancel() noexcept = 0;
};

}  // namespace wisp::binlog
