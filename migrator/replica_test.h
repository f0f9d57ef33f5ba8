// SPDX-License-Identifier: Apache-2.0
// ReplicaTest: the last stage of --test-on-replica. Replication is stopped, the tables are swapped
// as in a migration and swapped back at once, so that the table and its ghost can be compared at
// one position. After that replication stays stopped; after an attempt that failed it runs as
// before.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "migrator/method.h"
#include "migrator/plan.h"
#include "migrator/run_hooks.h"
#include "mysql/connector.h"

namespace wisp::migrator {

class ReplicaTest : public Swap {
  public:
    /// `swap`: the way there. `stops`: false if the hook on-stop-replication stops replication.
    ReplicaTest(std::unique_ptr<Swap> swap, const Plan& plan, mysql::Connector replica,
                Signs& signs, const RunHooks& hooks, bool stops);
    ReplicaTest(const ReplicaTest&) = delete;
    ReplicaTest& operator=(const ReplicaTest&) = delete;
    /// Replication runs again if we stopped it and the test has not ended.
    ~ReplicaTest() override;

    void prepare(mysql::Connection& control) override { swap_->prepare(control); }
    [[nodiscard]] std::optional<std::string> attempt(const SwapContext& run) override;

  private:
    [[nodiscard]] std::optional<std::string> stop_replication(const std::stop_token& stop);
    void start_replication();
    void catch_up(const SwapContext& run);
    void swap_back();

    const std::unique_ptr<Swap> swap_;
    const Plan& plan_;
    const mysql::Connector replica_;
    Signs& signs_;
    const RunHooks& hooks_;
    const bool stops_;
    bool stopped_ = false;  // by us, and to be started again
    bool told_ = false;     // the hook on-stop-replication was called
};

}  // namespace wisp::migrator
