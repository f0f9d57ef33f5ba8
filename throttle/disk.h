// SPDX-License-Identifier: Apache-2.0
// Disk: free room where the written server keeps its data. MariaDB tells it by its plugin DISKS;
// MySQL has no SQL for it, so there it is known only if the data directory is on this very host,
// which the changelog's own file proves. Otherwise it is unknown, and that is said once.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "base/expected.h"
#include "sql/table_def.h"
#include "throttle/knobs.h"
#include "throttle/link.h"
#include "throttle/source.h"

namespace wisp::throttle {

/// Below the limit the copy is held, below half of it replay too: a full disk stops the server.
/// No pace: a slower copy leaves no more room.
[[nodiscard]] Reading judge_disk(std::uint64_t free, std::uint64_t limit, const std::string& place);

/// "10G", "512M", "100000": bytes, with K, M, G, T of 1024. Fails with a sentence.
[[nodiscard]] Expected<std::uint64_t> parse_bytes(std::string_view text);
/// In the largest unit that leaves a whole number; parse_bytes() reads it.
[[nodiscard]] std::string bytes_text(std::uint64_t bytes);

class DiskSource : public Source {
  public:
    DiskSource(mysql::Endpoint endpoint, const sql::TableName& changelog, SharedKnobs knobs);

    [[nodiscard]] std::string name() const override { return "min-free-disk"; }
    [[nodiscard]] std::chrono::milliseconds period() const override;
    [[nodiscard]] bool remote() const override { return true; }
    Reading poll(std::stop_token stop) override;

  private:
    struct Room {
        std::string place;
        std::uint64_t bytes = 0;
    };
    [[nodiscard]] Expected<Room> room(mysql::Connection& connection) const;

    Link link_;
    sql::TableName changelog_;
    SharedKnobs knobs_;
    bool known_ = false;  // it was told once: from then on it must be
    bool told_ = false;   // that it is unknown
};

}  // namespace wisp::throttle
