// SPDX-License-Identifier: Apache-2.0
// TableSwap: the ghost takes the table's place on a primary, behind the table's write lock: one
// attempt of the cut-over with the driver that the server allows. docs/cut-over.md.
#pragma once

#include "migrator/cutover_driver.h"
#include "migrator/method.h"
#include "migrator/plan.h"
#include "mysql/connector.h"

namespace wisp::migrator {

class TableSwap : public Swap {
  public:
    /// `limit`: waiting for the lock, and holding it. All outlive the object.
    TableSwap(const Plan& plan, mysql::Connector connector, Signs& signs,
              std::chrono::seconds limit);

    void prepare(mysql::Connection& control) override;
    [[nodiscard]] std::optional<std::string> attempt(const SwapContext& run) override;

  private:
    void arrange_last_look(CutoverContext& context, const SwapContext& run) const;
    void finish(CutoverDriver& driver) const;

    const Plan& plan_;
    const mysql::Connector connector_;
    Signs& signs_;
    const std::chrono::seconds limit_;
    bool renames_under_lock_ = false;
};

}  // namespace wisp::migrator
