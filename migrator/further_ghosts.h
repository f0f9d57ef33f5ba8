// SPDX-License-Identifier: Apache-2.0
// Further ghosts: the same table on other servers than the one the engine writes first. Whoever
// writes or compares the first does the same with these, over sessions of its own. One thread.
#pragma once

#include <memory>
#include <stop_token>
#include <vector>

#include "mysql/connector.h"

namespace wisp::migrator {

class FurtherGhosts {
  public:
    explicit FurtherGhosts(const std::vector<mysql::Connector>& servers);

    [[nodiscard]] bool empty() const { return ghosts_.empty(); }
    /// A session of each, made where there is none. They are this object's. Throws Refusal if a
    /// server cannot be reached for a minute, else mysql::Error.
    [[nodiscard]] std::vector<mysql::Connection*> sessions(const std::stop_token& stop);
    /// Those that sessions() made; none is made here.
    [[nodiscard]] std::vector<mysql::Connection*> open() const;
    /// To be called after an error: the sessions whose connection was lost are dead on their
    /// servers when this returns, unless it was stopped. Throws Refusal if a server cannot be
    /// reached for a minute, mysql::Error if it does not let that be found out.
    void bury_lost(const std::stop_token& stop);

  private:
    struct Ghost {
        mysql::Connector connector;
        std::unique_ptr<mysql::Connection> session;
    };
    void connect(Ghost& ghost, const std::stop_token& stop);
    std::vector<Ghost> ghosts_;
    /// Lost ones: somebody may be cancelling them.
    std::vector<std::unique_ptr<mysql::Connection>> lost_;
};

}  // namespace wisp::migrator
