// SPDX-License-Identifier: Apache-2.0
#include "extract/row_sql.h"

#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "binlog/rows_event.h"
#include "tests/support/event_builder.h"

namespace wisp::extract {
namespace {

using binlog::EventType;
using test::Raw;

/// (k TINYINT, s VARCHAR(20)), found by k unless told otherwise.
class RowSqlTest : public ::testing::Test {
  protected:
    RowSqlTest() {
        binlog::TableMap map;
        map.schema = "s";
        map.table = "t";
        map.columns = {{binlog::kTiny, 0, false}, {binlog::kVarchar, 20, true}};
        map_ = std::make_shared<const binlog::TableMap>(map);
        shape_.name = "`s`.`t`";
        shape_.columns.resize(2);
        shape_.columns[0].name = "`k`";
        shape_.columns[1].name = "`s`";
        for (auto& column : shape_.columns) column.assignment = column.name + " = ";
        shape_.columns[1].form = Form::kUtf8;
        shape_.key = {0};
    }

    std::string sql(Direction direction, EventType type, const Raw& bitmaps, const Raw& rows) {
        constexpr std::size_t kFixed = 10;
        std::vector<binlog::Change> changes;
        const auto parsed = binlog::parse_rows(type, test::rows_body(7, 2, bitmaps, rows), kFixed,
                                               map_, {}, changes);
        EXPECT_TRUE(parsed) << parsed.error();
        std::string out;
        RowSql rows_sql(direction);
        ends_.clear();
        rows_sql.append(changes, shape_, out, [&] { ends_.push_back(out.size()); });
        return out;
    }

    std::shared_ptr<const binlog::TableMap> map_;
    TableShape shape_;
    std::vector<std::size_t> ends_;  // of each statement
};

const Raw kTwoRows{0, 1, 1, 'a', 2, 2};  // (1, 'a'), (2, NULL)
const Raw kUpdated{0, 1, 1, 'a', 0, 1, 1, 'b'};

TEST_F(RowSqlTest, RowsOfOneEventAreOneInsert) {
    EXPECT_EQ(sql(Direction::kForward, EventType::kWriteRows, {0x03}, kTwoRows),
              "INSERT INTO `s`.`t` (`k`, `s`) VALUES\n  (1, 'a'),\n  (2, NULL);\n");
    EXPECT_EQ(ends_.size(), 1U);
}

TEST_F(RowSqlTest, InsertsAreTakenBackByDeletes) {
    EXPECT_EQ(sql(Direction::kBackward, EventType::kWriteRows, {0x03}, kTwoRows),
              "DELETE FROM `s`.`t` WHERE `k` = 1;\nDELETE FROM `s`.`t` WHERE `k` = 2;\n");
    EXPECT_EQ(ends_.size(), 2U);
}

TEST_F(RowSqlTest, DeletedRowsComeBackTheLastOneFirst) {
    EXPECT_EQ(sql(Direction::kBackward, EventType::kDeleteRows, {0x03}, kTwoRows),
              "INSERT INTO `s`.`t` (`k`, `s`) VALUES\n  (2, NULL),\n  (1, 'a');\n");
}

TEST_F(RowSqlTest, UpdatesSetWhatChanged) {
    EXPECT_EQ(sql(Direction::kForward, EventType::kUpdateRows, {0x03, 0x03}, kUpdated),
              "UPDATE `s`.`t` SET `s` = 'b' WHERE `k` = 1;\n");
    EXPECT_EQ(sql(Direction::kBackward, EventType::kUpdateRows, {0x03, 0x03}, kUpdated),
              "UPDATE `s`.`t` SET `s` = 'a' WHERE `k` = 1;\n");
}

TEST_F(RowSqlTest, WithoutAKeyOneRowIsFoundByItsBytes) {
    shape_.key.clear();
    EXPECT_EQ(sql(Direction::kForward, EventType::kDeleteRows, {0x03}, kTwoRows),
              "DELETE FROM `s`.`t` WHERE `k` <=> 1 AND CAST(`s` AS BINARY) <=> 'a' LIMIT 1;\n"
              "DELETE FROM `s`.`t` WHERE `k` <=> 2 AND `s` IS NULL LIMIT 1;\n");
}

TEST_F(RowSqlTest, GeneratedColumnsAreNotWritten) {
    shape_.columns[1].generated = true;
    EXPECT_EQ(sql(Direction::kForward, EventType::kWriteRows, {0x03}, kTwoRows),
              "INSERT INTO `s`.`t` (`k`) VALUES\n  (1),\n  (2);\n");
}

TEST_F(RowSqlTest, PartsOfRowsGoForwardOnly) {
    const Raw minimal{0, 1, 0, 1, 'b'};  // by k; s is new
    EXPECT_EQ(sql(Direction::kForward, EventType::kUpdateRows, {0x01, 0x02}, minimal),
              "UPDATE `s`.`t` SET `s` = 'b' WHERE `k` = 1;\n");
    EXPECT_THROW(
        static_cast<void>(sql(Direction::kBackward, EventType::kUpdateRows, {0x01, 0x02}, minimal)),
        std::runtime_error);
    EXPECT_THROW(
        static_cast<void>(sql(Direction::kBackward, EventType::kDeleteRows, {0x01}, {0, 1})),
        std::runtime_error);
}

TEST_F(RowSqlTest, AMovedKeyIsFoundWhereItIs) {
    const Raw moved{0, 1, 1, 'a', 0, 9, 1, 'a'};
    EXPECT_EQ(sql(Direction::kForward, EventType::kUpdateRows, {0x03, 0x03}, moved),
              "UPDATE `s`.`t` SET `k` = 9 WHERE `k` = 1;\n");
    EXPECT_EQ(sql(Direction::kBackward, EventType::kUpdateRows, {0x03, 0x03}, moved),
              "UPDATE `s`.`t` SET `k` = 1 WHERE `k` = 9;\n");
}

TEST_F(RowSqlTest, TextIsShownIfItCanBe) {
    const auto inserted = [&](const std::string& text) {
        Raw rows{0, 1, static_cast<std::uint8_t>(text.size())};
        rows.insert(rows.end(), text.begin(), text.end());
        const auto out = sql(Direction::kForward, EventType::kWriteRows, {0x03}, rows);
        return out.substr(out.find("(1, ") + 4);
    };
    EXPECT_EQ(inserted("it's \\ ü\n"), "'it\\'s \\\\ ü\\n');\n");
    EXPECT_EQ(inserted("\xff"), "_utf8mb4 X'FF');\n");
    EXPECT_EQ(inserted(std::string("\0", 1)), "_utf8mb4 X'00');\n");
    shape_.columns[1].form = Form::kText;
    shape_.columns[1].charset = "sjis";
    EXPECT_EQ(inserted("\x95\\"), "_sjis X'955C');\n");
    EXPECT_EQ(inserted("plain"), "'plain');\n");
    shape_.columns[1].form = Form::kWideText;
    shape_.columns[1].charset = "ucs2";
    EXPECT_EQ(inserted("ab"), "_ucs2 X'6162');\n");
}

}  // namespace
}  // namespace wisp::extract
