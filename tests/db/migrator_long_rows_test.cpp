// SPDX-License-Identifier: Apache-2.0
// Comparing two tables over two connections whose max_allowed_packet is less than a row.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "migrator/refusal.h"
#include "migrator/verify/remote_comparison.h"
#include "tests/db/mover_scene.h"

namespace wisp::migrator {
namespace {

class LongRows : public MoverTest {
  protected:
    [[nodiscard]] mysql::Connector source() const { return {server().primary, {}}; }
    void fill(const Plan& plan) const {
        connection().execute("INSERT INTO " + sql::quote(plan.names.ghost) + " SELECT * FROM " +
                             sql::quote(plan.names.source));
    }
    /// A session that gets and sends no more than so much at a time.
    [[nodiscard]] std::unique_ptr<mysql::Connection> connect_with(std::uint64_t packet) const {
        const auto before = connection().query("SELECT @@global.max_allowed_packet")[0].number(0);
        set_packet(packet);
        auto session = connect();
        set_packet(before);
        return session;
    }
    void set_packet(std::uint64_t bytes) const {
        connection().execute(fmt::format("SET GLOBAL max_allowed_packet = {}", bytes));
    }
};
WISP_FOR_EACH_SERVER(LongRows);

/// A text that is longer than max_allowed_packet becomes NULL, and NULL would be equal to NULL.
TEST_P(LongRows, AreCompared) {
    const auto p = plan("(id INT PRIMARY KEY, b LONGBLOB, t LONGTEXT)", "(1,'a','a'), (2,'b','b')",
                        "COMMENT='x'");
    connection().execute("UPDATE " + sql::quote(p.source.name) +
                         " SET b = REPEAT('x', 900000), t = REPEAT('y', 900000) WHERE id = 1");
    fill(p);
    const auto narrow = connect_with(1U << 20U);
    RemoteComparison comparison(p, source());
    const auto scope = scope_of(p, Range{});
    std::uint64_t rows = 0;
    EXPECT_TRUE(comparison.equal(*narrow, scope, rows));
    connection().execute("UPDATE " + sql::quote(p.names.ghost) +
                         " SET t = INSERT(t, 1000, 1, 'z') WHERE id = 1");
    EXPECT_FALSE(comparison.equal(*narrow, scope, rows));
    EXPECT_EQ(comparison.differences(*narrow, scope, 10).size(), 1U);
}

/// Where not even the digests fit they must not pass for equal.
TEST_P(LongRows, WithoutADigestAreNoProof) {
    if (connection().server().mariadb()) GTEST_SKIP() << "it makes one, whatever the packet";
    const auto p = plan("(id INT PRIMARY KEY, v VARCHAR(2000) CHARACTER SET latin1)",
                        "(1, REPEAT('x', 2000)), (2, 'b')", "COMMENT='x'");
    fill(p);
    const auto narrow = connect_with(1'024);
    std::uint64_t rows = 0;
    try {
        static_cast<void>(RemoteComparison(p, source()).equal(*narrow, scope_of(p, Range{}), rows));
        FAIL() << "it was compared";
    } catch (const Refusal& refusal) {
        EXPECT_THAT(refusal.what(), ::testing::HasSubstr("1 rows of"));
        EXPECT_THAT(refusal.what(), ::testing::HasSubstr("max_allowed_packet"));
    }
}

}  // namespace
}  // namespace wisp::migrator
