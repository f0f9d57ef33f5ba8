// SPDX-License-Identifier: Apache-2.0
// DumpChannel: an EventSource over a server. Opens its own connection, announces itself the way the
// server's family wants it, and reads the dump. One thread reads; cancel() from any.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "binlog/event_source.h"
#include "binlog/position.h"
#include "mysql/endpoint.h"

namespace wisp::mysql {
class Connection;
}

namespace wisp::binlog {

struct DumpOptions {
    mysql::Endpoint endpoint;
    Position start;
    std::uint32_t server_id = 0;  // as random_server_id() gives
    std::chrono::milliseconds heartbeat{500};
    bool stop_at_end = false;  // end the stream at the end of the last binlog file
};

class DumpChannel : public EventSource {
  public:
    /// Connects and sends the dump command. Throws mysql::Error.
    explicit DumpChannel(const DumpOptions& options);
    /// The same on a connection the caller has looked at first; nothing else may use it afterwards.
    DumpChannel(std::unique_ptr<mysql::Connection> connection, DumpOptions options);
    ~DumpChannel() override;

    /// The endpoint with the timeouts a dump connection needs: reads give up some heartbeats late.
    [[nodiscard]] static mysql::Endpoint dump_endpoint(mysql::Endpoint endpoint,
                                                       std::chrono::milliseconds heartbeat);

    std::span<const std::uint8_t> next() override;
    void cancel() noexcept override;

  private:
    struct Native;
    void announce();
    void send_dump();

    DumpOptions options_;
    std::unique_ptr<mysql::Connection> connection_;
    std::unique_ptr<Native> native_;
};

/// A replica id from the upper half of the range that neither the server nor its replicas use.
[[nodiscard]] std::uint32_t random_server_id(mysql::Connection& connection);

}  // namespace wisp::binlog
