// SPDX-License-Identifier: Apache-2.0
// What the tests of both movers start from: a source table with its altered ghost, and a look at
// the ghost.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "sql/identifier.h"
#include "tests/migrator/live.h"
#include "tests/support/test_server.h"

namespace wisp::migrator {

using Rows = std::vector<std::string>;

class MoverTest : public test::SchemaTest {
  protected:
    /// A source table with these rows ("(1,'a'), (2,'b')"), its ghost altered.
    [[nodiscard]] Plan plan(const std::string& definition, const std::string& rows,
                            const std::string& alter) const {
        const std::string table = schema_->table(definition);
        if (!rows.empty()) connection().execute("INSERT INTO " + table + " VALUES " + rows);
        return test::live_plan(connection(), test::parse_name(table), alter);
    }
    [[nodiscard]] Rows ghost(const Plan& plan,
                             const std::string& expression = "CONCAT_WS('|', id, v)") const {
        Rows out;
        for (const auto& row : connection().query(fmt::format(
                 "SELECT {} FROM {} ORDER BY 1", expression, sql::quote(plan.names.ghost)))) {
            out.push_back(row.text(0));
        }
        return out;
    }
};

}  // namespace wisp::migrator
