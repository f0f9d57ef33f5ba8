// SPDX-License-Identifier: Apache-2.0
#include "migrator/xa_watch.h"

#include "binlog/statement.h"
#include "mysql/connection.h"

namespace wisp::migrator {

std::set<std::string> prepared_xids(mysql::Connection& connection) {
    std::set<std::string> xids;
    for (const auto& row : connection.query("XA RECOVER")) {
        // formatID, gtrid_length, bqual_length, data
        const std::string_view data = row[3];
        const std::size_t gtrid = row.number(1);
        xids.insert(binlog::xid_text(data.substr(0, gtrid), data.substr(gtrid, row.number(2)),
                                     static_cast<std::uint32_t>(row.number(0))));
    }
    return xids;
}

void XaWatch::note(const std::string& xid) {
    delivered_.write([&](auto& delivered) { delivered.insert(xid); });
}

void XaWatch::prove_visible(mysql::Connection& connection, const std::stop_token& stop) {
    std::set<std::string> open = delivered_.copy();
    while (!open.empty() && !stop.stop_requested()) {
        const auto prepared = prepared_xids(connection);
        for (auto it = open.begin(); it != open.end();) {
            if (prepared.contains(*it)) {
                ++it;
                continue;
            }
            delivered_.write([&](auto& delivered) { delivered.erase(*it); });
            it = open.erase(it);
        }
    }
}

}  // namespace wisp::migrator
