// SPDX-License-Identifier: Apache-2.0
// GTIDs of a primary and its replica: are they on, and does the replica have transactions of its
// own? The servers do the arithmetic where they can. One thread.
#pragma once

#include <string>

namespace wisp::mysql {
class Connection;
}

namespace wisp::replica {

/// MySQL: gtid_mode is ON. MariaDB always writes GTIDs.
[[nodiscard]] bool has_gtids(mysql::Connection& server);
/// They also tell what is visible: F3 in docs/copy-and-apply.md. MySQL 5.6 names a transaction
/// before it shows it.
[[nodiscard]] bool gtids_tell_visible(mysql::Connection& server);
/// What a server has executed or written, in its own notation: MySQL @@gtid_executed, MariaDB
/// @@gtid_binlog_state; empty without GTIDs.
[[nodiscard]] std::string history(mysql::Connection& server);
/// Errant GTIDs: transactions in the replica's history that its primary does not have. Empty: none.
/// Both run on meanwhile: the replica is asked first. With semi-sync it may have transactions that
/// the primary does not show yet (F2 in docs/copy-and-apply.md), so up to 5 s are given to those.
/// Throws mysql::Error.
[[nodiscard]] std::string errant(mysql::Connection& replica, mysql::Connection& primary);
/// Those of errant() that are not in `known`, which is what errant() said earlier.
[[nodiscard]] std::string errant_since(mysql::Connection& replica, mysql::Connection& primary,
                                       const std::string& known);
/// The same from two histories of MariaDB, "0-1-7,0-2-3": those of `replica` whose domain and
/// server `primary` does not have, or not as far.
[[nodiscard]] std::string mariadb_errant(const std::string& replica, const std::string& primary);

}  // namespace wisp::replica
