// SPDX-License-Identifier: Apache-2.0
// XA watch: completes the visibility proof (R2) for XA transactions. Their engine commit does not
// go through the ordered commit on every server (MariaDB's XA COMMIT by xid, sql/xa.cc), so a write
// of ours that has returned proves nothing about them; that XA RECOVER lists the xid no more, does.
// The applier notes, copiers prove; any thread.
#pragma once

#include <set>
#include <stop_token>
#include <string>

#include "base/guarded.h"

namespace wisp::mysql {
class Connection;
}

namespace wisp::migrator {

class XaWatch {
  public:
    /// An XA COMMIT with changes of the source table was delivered.
    void note(const std::string& xid);
    /// Returns when every XA transaction noted before the call is visible. Throws mysql::Error.
    void prove_visible(mysql::Connection& connection, const std::stop_token& stop);

  private:
    Guarded<std::set<std::string>> delivered_;
};

/// Prepared XA transactions on this server, as binlog::xid_text() names them. Throws mysql::Error,
/// kRefused without the right to ask.
[[nodiscard]] std::set<std::string> prepared_xids(mysql::Connection& connection);

}  // namespace wisp::migrator
