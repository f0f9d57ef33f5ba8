// SPDX-License-Identifier: Apache-2.0
// Verification: planted differences are found and named, on every type; rows that are being written
// raise no alarm.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "migrator/cutover_driver.h"
#include "migrator/verify/comparison.h"
#include "migrator/verify/verifier.h"
#include "mysql/error.h"
#include "sql/identifier.h"
#include "tests/migrator/live.h"
#include "tests/support/test_server.h"

namespace wisp::migrator {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

class MigratorVerify : public test::SchemaTest {
  protected:
    void TearDown() override { replay_.reset(); }

    /// A table with rows, its ghost with the same rows, replay running.
    void make(const std::string& definition, const std::string& rows, const std::string& alter) {
        table_ = schema_->table(definition);
        connection().execute("INSERT INTO " + table_ + " VALUES " + rows);
        replay_ = std::make_unique<test::Replay>(
            server().primary, test::live_plan(connection(), test::parse_name(table_), alter));
        replay_->start_applier();
        replay_->copy();
        ASSERT_TRUE(replay_->catch_up());
    }
    [[nodiscard]] const Plan& plan() const { return replay_->plan(); }
    void on_ghost(const std::string& before, const std::string& after) const {
        const auto done = connection().execute(before + sql::quote(plan().names.ghost) + after);
        ASSERT_GT(done.affected_rows, 0U) << before << after;
    }
    /// Compares everything that is not verified; "1 differs in `v`" for each proven difference.
    [[nodiscard]] std::vector<std::string> verify(std::size_t chunk_rows = 3,
                                                  Guarded<FinishedRanges>* verified = nullptr) {
        Progress progress;
        Crew crew(1);
        ChangelogSigns signs(plan().names.changelog);
        Markers markers(signs, replay_->applier().applied());
        Findings findings(Chunker(plan(), chunk_rows, std::chrono::milliseconds(500)), 1, verified);
        Verifier(plan(), findings,
                 {replay_->touched(), replay_->xa_watch(), markers, signs, progress},
                 std::make_unique<Comparison>(plan()))
            .run({}, replay_->connector(), throttler_, crew);
        rows_ = progress.rows_verified;
        moving_ = findings.take_moving().size();
        std::vector<std::string> found;
        for (const auto& difference : findings.take_proven()) {
            found.push_back(fmt::format("{} {}", fmt::join(difference.key, ","), difference.what));
        }
        return found;
    }

    std::string table_;
    std::unique_ptr<test::Replay> replay_;
    throttle::Throttler throttler_{{}};
    std::uint64_t rows_ = 0;
    std::size_t moving_ = 0;
};
WISP_FOR_EACH_SERVER(MigratorVerify);

constexpr const char* kEightRows =
    "(1,'a'),(2,'b'),(3,'c'),(4,'d'),(5,'e'),(6,'f'),(7,'g'),(8,NULL)";

TEST_P(MigratorVerify, EqualTablesRaiseNoAlarm) {
    make("(id INT PRIMARY KEY, v VARCHAR(9))", kEightRows, "ADD COLUMN n INT NOT NULL DEFAULT 7");
    EXPECT_THAT(verify(), IsEmpty());
    EXPECT_EQ(rows_, 8U);
    EXPECT_EQ(moving_, 0U);
}

TEST_P(MigratorVerify, NamesRowsThatDifferAreMissingOrTooMany) {
    make("(id INT PRIMARY KEY, v VARCHAR(9))", kEightRows, "ADD COLUMN n INT NOT NULL DEFAULT 7");
    on_ghost("UPDATE ", " SET v = 'B' WHERE id = 2");  // equal to the collation
    on_ghost("UPDATE ", " SET v = NULL WHERE id = 4");
    on_ghost("UPDATE ", " SET v = '' WHERE id = 8");
    on_ghost("DELETE FROM ", " WHERE id = 5");
    on_ghost("INSERT INTO ", " (id, v) VALUES (0, 'x'), (9, 'x')");
    EXPECT_THAT(verify(),
                UnorderedElementsAre("2 differs in `v`", "4 differs in `v`", "8 differs in `v`",
                                     "5 is missing in the new table", "0 is in the new table only",
                                     "9 is in the new table only"));
}

TEST_P(MigratorVerify, GoesOnBehindWhatWasFoundEqual) {
    make("(id INT PRIMARY KEY, v VARCHAR(9))", kEightRows, "ENGINE=InnoDB");
    Guarded<FinishedRanges> verified;
    on_ghost("UPDATE ", " SET v = 'x' WHERE id = 5");
    EXPECT_THAT(verify(3, &verified), ElementsAre("5 differs in `v`"));
    // All but the range of row 5: 4, 5 and 6.
    EXPECT_EQ(verified.copy().rows(), 5U);
    EXPECT_EQ(verified.copy().spans(), (std::vector<Span>{{{}, {"3"}}, {{"6"}, {}}}));
    on_ghost("UPDATE ", " SET v = 'y' WHERE id IN (2, 4, 8)");
    EXPECT_THAT(verify(3, &verified), UnorderedElementsAre("4 differs in `v`", "5 differs in `v`"));
    EXPECT_EQ(rows_, 3U);
    on_ghost("UPDATE ", " SET v = IF(id = 4, 'd', 'e') WHERE id IN (4, 5)");
    EXPECT_THAT(verify(3, &verified), IsEmpty());
    EXPECT_EQ(verified.copy().spans(), std::vector<Span>{Span{}});
    EXPECT_THAT(verify(3, &verified), IsEmpty());
    EXPECT_EQ(rows_, 0U) << "nothing was left to be compared";
}

TEST_P(MigratorVerify, ARowSwappedForAnotherIsFoundInEqualNumbers) {
    make("(id INT PRIMARY KEY, v VARCHAR(9))", kEightRows, "ENGINE=InnoDB");
    on_ghost("UPDATE ", " SET id = 90 WHERE id = 3");
    EXPECT_THAT(verify(), UnorderedElementsAre("3 is missing in the new table",
                                               "90 is in the new table only"));
}

TEST_P(MigratorVerify, FindsEveryRowOfManyAndNamesEachOnce) {
    std::string rows = "(1,'a')";
    for (int id = 2; id <= 4'000; ++id) rows += fmt::format(",({},'a')", id);
    make("(id INT PRIMARY KEY, v VARCHAR(9))", rows, "ENGINE=InnoDB");
    on_ghost("DELETE FROM ", " WHERE id BETWEEN 11 AND 2510");
    on_ghost("UPDATE ", " SET id = id + 10000 WHERE id > 2600");
    const auto found = Comparison(plan()).differences(connection(), scope_of(plan(), {}), 10'000);
    EXPECT_EQ(found.size(), 2'500U + 1'400U + 1'400U);
    std::set<std::string> names;
    for (const auto& difference : found) names.insert(difference.name);
    EXPECT_EQ(names.size(), found.size());
    EXPECT_EQ(verify(3'000).size(), found.size());
}

TEST_P(MigratorVerify, FewRowsAreReadThoughTheGhostCountsAsEmpty) {
    std::string rows = "(1,'a')";
    for (int id = 2; id <= 4'000; ++id) rows += fmt::format(",({},'a')", id);
    make("(id INT PRIMARY KEY, v VARCHAR(9)) STATS_AUTO_RECALC=0", rows, "ENGINE=InnoDB");
    on_ghost("UPDATE ", " SET v = 'b' WHERE id = 105");
    for (const char* table : {"innodb_table_stats SET n_rows = 0, clustered_index_size = 1",
                              "innodb_index_stats SET stat_value = 1"}) {
        connection().execute(
            fmt::format("UPDATE mysql.{} WHERE database_name = '{}' AND table_name = '{}'", table,
                        plan().names.ghost.schema, plan().names.ghost.table));
    }
    connection().execute("FLUSH TABLE " + sql::quote(plan().names.ghost));
    Range range;
    range.after = {"100"};
    range.up_to = {"1100"};
    connection().execute("FLUSH STATUS");
    EXPECT_EQ(Comparison(plan()).differences(connection(), scope_of(plan(), range), 10).size(), 1U);
    const auto read = connection().query("SHOW SESSION STATUS LIKE 'Handler_read_rnd_next'");
    EXPECT_LT(read[0].number(1), 3'000U) << "rows of whole tables";
}

TEST_P(MigratorVerify, TheLowestBitOfALargeSetCounts) {
    std::string members = "'m0'";
    for (int i = 1; i < 64; ++i) members += fmt::format(",'m{}'", i);
    make(fmt::format("(id INT PRIMARY KEY, v SET({}))", members), "(1, 'm63,m0'), (2, 'm63')",
         "ENGINE=InnoDB");
    EXPECT_THAT(verify(), IsEmpty());
    on_ghost("UPDATE ", " SET v = 'm63' WHERE id = 1");
    EXPECT_THAT(verify(), ElementsAre("1 differs in `v`"));
}

TEST_P(MigratorVerify, OtherSpellingsAreNotNamedWhereTheGhostsKeyIsCoarser) {
    make("(id VARCHAR(9) COLLATE utf8mb4_bin PRIMARY KEY, v INT) CHARSET=utf8mb4",
         "('a',1),('b',2)", "MODIFY id VARCHAR(9) COLLATE utf8mb4_general_ci NOT NULL");
    on_ghost("UPDATE ", " SET v = 3 WHERE id = 'a'");
    const auto found = Comparison(plan()).differences(connection(), scope_of(plan(), {}), 10);
    ASSERT_EQ(found.size(), 1U);
    on_ghost("UPDATE ", " SET id = 'A' WHERE id = 'a'");  // as replay would, the application's 'A'
    const auto count = connection().scalar(fmt::format("SELECT COUNT(*) FROM {} WHERE {}",
                                                       sql::quote(plan().names.ghost),
                                                       scope_of(plan(), found, 0, 1).ghost));
    EXPECT_EQ(count, "0") << "a repair would delete another row";
}

TEST_P(MigratorVerify, KeysSpelledOtherwiseDiffer) {
    make("(id VARCHAR(9) PRIMARY KEY, v INT) CHARSET=latin1", "('a',1),('b',2),('c',3),('d',4)",
         "ADD COLUMN n INT");
    on_ghost("UPDATE ", " SET id = 'B' WHERE id = 'b'");
    EXPECT_THAT(verify(), ElementsAre("_latin1 X'62' differs in `id`"));
}

TEST_P(MigratorVerify, ConvertedValuesAreComparedAsTheAlterConvertsThem) {
    make(
        "(id INT PRIMARY KEY, a INT, b VARCHAR(20) CHARACTER SET latin1, c DECIMAL(10,4), d "
        "DATETIME(6),"
        " e ENUM('x','y','z'))",
        "(1, 17, 'caf\xc3\xa9', 1.2345, '2020-01-01 10:00:00.654321', 'y'),"
        "(2, -4, '', -0.0001, '2020-01-01 23:59:59.999999', 'z'), (3, NULL, NULL, NULL, NULL, "
        "NULL)",
        "MODIFY a VARCHAR(12), MODIFY b VARCHAR(40) CHARACTER SET utf8mb4, MODIFY c DECIMAL(8,2),"
        " MODIFY d DATETIME, MODIFY e ENUM('z','y','x')");
    EXPECT_THAT(verify(), IsEmpty());
    on_ghost("UPDATE ", " SET c = 1.24 WHERE id = 1");
    on_ghost("UPDATE ", " SET e = 'x' WHERE id = 2");
    on_ghost("UPDATE ", " SET a = '17 ' WHERE id = 1");
    EXPECT_THAT(verify(), UnorderedElementsAre("1 differs in `a`, `c`", "2 differs in `e`"));
}

TEST_P(MigratorVerify, TextInAnotherCharacterSetIsComparedByItsBytes) {
    make("(id INT PRIMARY KEY, v VARCHAR(9) CHARACTER SET latin1, t TEXT CHARACTER SET latin1)",
         "(1, 'caf\xc3\xa9', 'a '), (2, 'a ', 'A'), (3, NULL, '')",
         "CONVERT TO CHARACTER SET utf8mb4");
    EXPECT_THAT(verify(), IsEmpty());
    on_ghost("UPDATE ", " SET v = 'cafe' WHERE id = 1");
    on_ghost("UPDATE ", " SET v = 'a', t = 'a' WHERE id = 2");
    on_ghost("UPDATE ", " SET t = NULL WHERE id = 3");
    EXPECT_THAT(verify(), UnorderedElementsAre("1 differs in `v`", "2 differs in `v`, `t`",
                                               "3 differs in `t`"));
}

TEST_P(MigratorVerify, OneBitInAnyTypeIsFound) {
    struct Type {
        const char* type;
        const char* value;
        const char* other;
    };
    const std::vector<Type> types{
        {"TINYINT", "-128", "-127"},
        {"BIGINT UNSIGNED", "18446744073709551615", "18446744073709551614"},
        {"DECIMAL(65,30)", "1.000000000000000000000000000001", "1.000000000000000000000000000002"},
        {"FLOAT", "1.1e0", "1.1000001e0"},
        {"FLOAT", "'0'", "'-0'"},
        {"DOUBLE", "0.1e0", "0.10000000000000002e0"},
        {"DOUBLE", "'-0'", "'0'"},
        {"BIT(64)", "b'1'", "b'0'"},
        {"YEAR", "1999", "2000"},
        {"DATE", "'2020-02-29'", "'2020-02-28'"},
        {"TIME(6)", "'-00:00:00.000001'", "'00:00:00.000000'"},
        {"DATETIME(6)", "'2020-02-29 00:00:00.000001'", "'2020-02-29 00:00:00.000002'"},
        {"TIMESTAMP(3) NULL", "'2020-02-29 00:00:00.001'", "'2020-02-29 00:00:00.002'"},
        {"CHAR(4)", "'a'", "'A'"},
        {"VARCHAR(4)", "'a'", "'a '"},
        {"TEXT", "'\xc3\xa4'", "'a'"},
        {"TEXT", "'a'", "'a '"},
        {"VARCHAR(4)", "'a '", "' a'"},
        {"VARCHAR(4)", "'a '", "'a\t'"},
        {"VARCHAR(4)", "'a'", "_utf8mb4 X'6100'"},
        {"VARCHAR(4)", "'\xf0\x9f\x98\x80'", "'\xf0\x9f\x98\x81'"},
        {"VARCHAR(4) CHARACTER SET latin1", "'a'", "'a  '"},
        {"VARCHAR(4) CHARACTER SET latin1", "'a'", "'\xc3\xa4'"},
        {"VARCHAR(4) CHARACTER SET ascii", "'a'", "'A'"},
        {"VARCHAR(4) CHARACTER SET cp1251", "'a'", "'a '"},
        {"VARCHAR(4) CHARACTER SET utf16", "'a'", "'a '"},
        {"BINARY(4)", "X'61'", "X'6120'"},
        {"VARBINARY(4)", "X'61'", "X'6100'"},
        {"BLOB", "X'00'", "X''"},
        {"ENUM('a','b')", "'a'", "'b'"},
        {"SET('a','b','c')", "'a,c'", "'a,b'"},
        {"POINT", "ST_GeomFromText('POINT(1 2)')", "ST_GeomFromText('POINT(1 3)')"},
    };
    std::string definition = "(id INT PRIMARY KEY";
    std::string row = "(1";
    std::string nulls = "(2";
    for (std::size_t i = 0; i < types.size(); ++i) {
        definition += fmt::format(", c{} {}", i, types[i].type);
        row += fmt::format(", {}", types[i].value);
        nulls += ", NULL";
    }
    make(definition + ") CHARSET=utf8mb4", row + "), " + nulls + ")", "ENGINE=InnoDB");
    EXPECT_THAT(verify(), IsEmpty());
    for (std::size_t i = 0; i < types.size(); ++i) {
        const auto set = [&](const char* value) {
            on_ghost("UPDATE ", fmt::format(" SET c{} = {} WHERE id = 1", i, value));
        };
        // MariaDB does not tell -0 from 0, in whatever form it is asked.
        const bool zero = std::string_view(types[i].other).starts_with("'") && i < 7;
        if (zero && connection().server().flavor == mysql::Flavor::kMariadb) continue;
        if (zero) set("1");  // -0 = 0: it would be no update
        set(types[i].other);
        EXPECT_THAT(verify(), ElementsAre(fmt::format("1 differs in `c{}`", i))) << types[i].type;
        if (zero) set("1");
        set(types[i].value);
        on_ghost("UPDATE ", fmt::format(" SET c{} = {} WHERE id = 2", i, types[i].value));
        EXPECT_THAT(verify(), ElementsAre(fmt::format("2 differs in `c{}`", i))) << types[i].type;
        on_ghost("UPDATE ", fmt::format(" SET c{} = NULL WHERE id = 2", i));
    }
    EXPECT_THAT(verify(), IsEmpty());
}

TEST_P(MigratorVerify, RowsBeingWrittenRaiseNoAlarm) {
    make("(id BIGINT PRIMARY KEY, writer INT, value INT)", "(-1,0,0),(-2,0,0),(-3,0,0)",
         "ADD COLUMN n INT NOT NULL DEFAULT 7");
    test::Writers writers(replay_->connector(), test::parse_name(table_), 3);
    for (int round = 0; round < 5; ++round) {
        ASSERT_TRUE(writers.go_on(50));
        EXPECT_THAT(verify(500), IsEmpty());
    }
    on_ghost("UPDATE ", " SET value = 1 WHERE id = -2");
    EXPECT_THAT(verify(500), ElementsAre("-2 differs in `value`"));
    writers.stop();
    EXPECT_THAT(writers.errors(), IsEmpty());
}

TEST_P(MigratorVerify, AHotKeyHidesNoDamageBesideIt) {
    make("(id INT PRIMARY KEY, v VARCHAR(9))", kEightRows, "ADD COLUMN n INT NOT NULL DEFAULT 7");
    // It is written whenever anybody looks.
    std::atomic<bool> on{true};
    std::jthread hot([&] {
        const auto own = replay_->connector().connect();
        for (int i = 0; on; ++i) {
            own->execute(fmt::format("UPDATE {} SET v = '{}' WHERE id = 3", table_, i % 10'000));
        }
    });
    on_ghost("UPDATE ", " SET v = 'no' WHERE id = 6");
    EXPECT_THAT(verify(), ElementsAre("6 differs in `v`"));
    on = false;
}

TEST_P(MigratorVerify, LooksBehindTheLockOfEitherCutOver) {
    // Converted values go through a temporary table, which must be there before the lock is taken.
    for (const auto* alter : {"ADD COLUMN n INT", "MODIFY v DECIMAL(9,2)"}) {
        for (const bool sentry : {false, true}) {
            if (!sentry && !connection().server().renames_under_lock()) continue;
            make("(id INT PRIMARY KEY, v INT)", "(1,1),(2,2),(3,3)", alter);
            const auto attempt = [&] {
                EXPECT_TRUE(replay_->catch_up());
                replay_->stop_applier();
                const Comparison comparison(plan());
                auto context = replay_->attempt(std::chrono::seconds(30), replay_->connector());
                context.before_lock = [&](mysql::Connection& session, const sql::TableName& ghost) {
                    comparison.prepare(session, ghost);
                };
                context.last_look = [&](mysql::Connection& session, const sql::TableName& ghost,
                                        std::chrono::steady_clock::time_point) -> std::string {
                    const bool same =
                        comparison.equal_under_lock(session, scope_of(plan(), {}), ghost);
                    return same ? "" : "they differ";
                };
                const auto driver = sentry ? make_sentry_driver(std::move(context))
                                           : make_session_driver(std::move(context));
                const auto end = run_cutover(*driver);
                if (end == CutoverState::kSwapped) driver->finish();
                return fmt::format("{} {}", to_string(end), driver->why());
            };
            on_ghost("UPDATE ", " SET v = 7 WHERE id = 2");
            EXPECT_EQ(attempt(),
                      fmt::format("{} they differ", to_string(CutoverState::kNotSwapped)))
                << alter << sentry;
            on_ghost("UPDATE ", " SET v = 2 WHERE id = 2");
            replay_->start_applier();
            EXPECT_EQ(attempt(), fmt::format("{} ", to_string(CutoverState::kSwapped)))
                << alter << sentry;
            replay_.reset();
        }
    }
}

TEST_P(MigratorVerify, EveryKeyTypeIsKnownAgainWhenItIsWritten) {
    // If the names of keys from row images and from a SELECT differed, a written row would be
    // taken for a proven difference.
    std::string set_of_64 = "SET('m0'";
    for (int i = 1; i < 64; ++i) set_of_64 += fmt::format(",'m{}'", i);
    set_of_64 += ")";
    const std::vector<std::pair<const char*, const char*>> keys{
        {"INT(6) UNSIGNED ZEROFILL", "42"},
        {"BIGINT", "-42"},
        {"DECIMAL(12,3)", "-1.5"},
        {"DATE", "'2020-02-29'"},
        {"DATETIME(3)", "'2020-02-29 10:00:00.5'"},
        {"TIMESTAMP(2) DEFAULT '2020-01-01 00:00:01'", "'2020-02-29 10:00:00.5'"},
        {"TIME", "'-10:00:00'"},
        {"YEAR", "2021"},
        {"BIT(9)", "b'100000001'"},
        {"CHAR(5)", "'ab '"},
        {"VARCHAR(5)", "'ab '"},
        {"BINARY(5)", "'ab'"},
        {"VARBINARY(5)", "X'6100'"},
        {"ENUM('x','y')", "'y'"},
        {"SET('x','y')", "'x,y'"},
        {"DECIMAL(10,2) ZEROFILL", "5.5"},
        {set_of_64.c_str(), "9223372036854775809"},
    };
    for (const auto& [type, value] : keys) {
        make(fmt::format("(k {}, l INT, v INT, PRIMARY KEY (k, l))", type),
             fmt::format("({}, 1, 1)", value), "ADD COLUMN n INT");
        const auto bracket = replay_->touched().open();
        connection().execute(fmt::format("UPDATE {} SET v = 2", table_));
        ASSERT_TRUE(replay_->catch_up());
        const auto touched = replay_->touched().close(bracket);
        on_ghost("UPDATE ", " SET v = 3");
        const auto found = Comparison(plan()).differences(connection(), scope_of(plan(), {}), 10);
        ASSERT_EQ(found.size(), 1U) << type;
        EXPECT_THAT(touched, ElementsAre(found[0].name)) << type;
        replay_.reset();
    }
}

}  // namespace
}  // namespace wisp::migrator
