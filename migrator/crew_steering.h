// SPDX-License-Identifier: Apache-2.0
// Crew steering: gathers what the copy pilot and the copy ease go by, and has the crew work as they
// say. The engine's thread.
#pragma once

#include <chrono>
#include <functional>
#include <optional>

#include "migrator/commit_times.h"
#include "migrator/copy_ease.h"
#include "migrator/copy_pilot.h"
#include "migrator/crew.h"
#include "migrator/server_strain.h"
#include "sql/table_def.h"

namespace wisp::migrator {

class CrewSteering {
  public:
    /// Runs its argument over a connection that nobody else uses.
    using WithConnection = std::function<void(const std::function<void(mysql::Connection&)>&)>;

    CrewSteering(CopierBounds bounds, std::chrono::milliseconds chunk_time,
                 const CommitTimes& commit_times, WithConnection connection);

    /// Begins to count what others do on the server.
    void watch();
    /// How the server is before the first chunk: what others did since watch(), and some small
    /// writes to the changelog, if there is one.
    void measure_calm(const std::optional<sql::TableName>& changelog);
    /// How many workers a stage begins with: as many as the last one had at its end; two where
    /// nobody else is at work.
    [[nodiscard]] unsigned begin();
    /// To be called every now and then while the crew works. `backlog`: of the applier's queue, 1 =
    /// full. Returns the times that a chunk and a slice are to take.
    [[nodiscard]] Ease look(const char* who, Crew& crew, double backlog);

  private:
    void read_server(std::chrono::steady_clock::time_point now);

    const std::chrono::milliseconds chunk_time_;
    const CommitTimes& commit_times_;
    const WithConnection connection_;
    Look calm_;
    CopyPilot pilot_;
    Ease ease_;
    ServerStrain strain_;
    std::optional<double> lock_waits_;  // a second, as the next
    std::optional<double> statements_;  // of others
    std::chrono::steady_clock::time_point read_at_;
};

}  // namespace wisp::migrator
