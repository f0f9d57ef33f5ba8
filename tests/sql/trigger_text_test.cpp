// SPDX-License-Identifier: Apache-2.0
#include "sql/trigger_text.h"

#include <gtest/gtest.h>

#include <string>

namespace wisp::sql {
namespace {

TEST(TriggerText, IsTakenApartAtItsHead) {
    const auto text = split_create_trigger(
        "CREATE DEFINER=`me`@`%` TRIGGER on_t before Insert ON t FOR EACH ROW SET NEW.a = 1");
    ASSERT_TRUE(text) << text.error();
    EXPECT_EQ(text->create, "CREATE DEFINER=`me`@`%` TRIGGER");
    EXPECT_EQ(text->timing, "before");
    EXPECT_EQ(text->event, "Insert");
    EXPECT_EQ(text->body, " SET NEW.a = 1");
}

TEST(TriggerText, NamesAndCommentsMayHoldItsWords) {
    const auto text = split_create_trigger(
        "CREATE DEFINER=`TRIGGER`@`h` TRIGGER `s`.`for each row` /* FOR EACH ROW */ AFTER DELETE\n"
        "ON `shop`.`row` FOR\tEACH -- ROW\n ROW BEGIN INSERT INTO x VALUES ('FOR EACH ROW'); END");
    ASSERT_TRUE(text) << text.error();
    EXPECT_EQ(text->create, "CREATE DEFINER=`TRIGGER`@`h` TRIGGER");
    EXPECT_EQ(text->timing, "AFTER");
    EXPECT_EQ(text->event, "DELETE");
    EXPECT_EQ(text->body, " BEGIN INSERT INTO x VALUES ('FOR EACH ROW'); END");
}

TEST(TriggerText, TheBodyIsNotRead) {
    // 0x83 0x5C is one character of sjis; its second byte is no backslash.
    const std::string body = " SET @a = '\x83\x5C', @b = \"'\xFF";
    const auto text =
        split_create_trigger("CREATE TRIGGER a BEFORE UPDATE ON t FOR EACH ROW" + body);
    ASSERT_TRUE(text) << text.error();
    EXPECT_EQ(text->body, body);
}

TEST(TriggerText, RefusesWhatItDoesNotKnow) {
    for (const char* text :
         {"", "CREATE TRIGGER a", "CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO SET @a = 1",
          "CREATE TRIGGER a BEFORE INSERT OR UPDATE ON t FOR EACH ROW SET @a = 1",
          "CREATE TRIGGER a BEFORE UPDATE OF x ON t FOR EACH ROW SET @a = 1",
          "CREATE TRIGGER a AFTER LOGON ON t FOR EACH ROW SET @a = 1"}) {
        EXPECT_FALSE(split_create_trigger(text)) << text;
    }
}

TEST(TriggerText, TheSuffixIsAddedOrTakenAway) {
    EXPECT_EQ(suffixed_trigger("a", "_x", false), "a_x");
    EXPECT_EQ(suffixed_trigger("a_x", "_x", false), "a_x_x");
    EXPECT_EQ(suffixed_trigger("a_x", "_x", true), "a");
    EXPECT_EQ(suffixed_trigger("a", "_x", true), "a_x");
    EXPECT_EQ(suffixed_trigger("_x", "_x", true), "_x_x");
}

}  // namespace
}  // namespace wisp::sql
