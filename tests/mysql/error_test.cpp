// SPDX-License-Identifier: Apache-2.0
#include "mysql/error.h"

#include <gtest/gtest.h>

namespace wisp::mysql {
namespace {

struct Expectation {
    unsigned code;
    ErrorKind kind;
    bool usable;
};

class ErrorTable : public ::testing::TestWithParam<Expectation> {};

TEST_P(ErrorTable, GivesTheNumberItsMeaning) {
    const Error error(GetParam().code, "HY000", "text", "doing");
    EXPECT_EQ(to_string(error.kind()), to_string(GetParam().kind));
    EXPECT_EQ(error.connection_usable(), GetParam().usable);
    EXPECT_EQ(error.retryable(), GetParam().kind == ErrorKind::kLock);
}

INSTANTIATE_TEST_SUITE_P(
    Codes, ErrorTable,
    ::testing::Values(
        Expectation{1020, ErrorKind::kLock, true}, Expectation{1205, ErrorKind::kLock, true},
        Expectation{1213, ErrorKind::kLock, true}, Expectation{3572, ErrorKind::kLock, true},
        Expectation{1062, ErrorKind::kDuplicate, true},
        Expectation{1586, ErrorKind::kDuplicate, true},
        Expectation{1317, ErrorKind::kTimeout, true}, Expectation{1969, ErrorKind::kTimeout, true},
        Expectation{3024, ErrorKind::kTimeout, true}, Expectation{2002, ErrorKind::kLost, false},
        Expectation{2003, ErrorKind::kLost, false}, Expectation{2006, ErrorKind::kLost, false},
        Expectation{2013, ErrorKind::kLost, false}, Expectation{2055, ErrorKind::kLost, false},
        Expectation{1040, ErrorKind::kLost, false}, Expectation{1053, ErrorKind::kLost, false},
        Expectation{1158, ErrorKind::kLost, false}, Expectation{1161, ErrorKind::kLost, false},
        Expectation{1927, ErrorKind::kLost, false}, Expectation{4031, ErrorKind::kLost, false},
        Expectation{1045, ErrorKind::kRefused, true}, Expectation{1142, ErrorKind::kRefused, true},
        Expectation{1227, ErrorKind::kRefused, true}, Expectation{1290, ErrorKind::kRefused, true},
        Expectation{1792, ErrorKind::kRefused, true}, Expectation{1836, ErrorKind::kRefused, true},
        Expectation{1862, ErrorKind::kRefused, false},
        Expectation{2026, ErrorKind::kRefused, false}, Expectation{1153, ErrorKind::kFatal, false},
        Expectation{1064, ErrorKind::kFatal, true}, Expectation{1146, ErrorKind::kFatal, true},
        Expectation{0, ErrorKind::kFatal, true}),
    [](const auto& row) { return "Code" + std::to_string(row.param.code); });

TEST(Error, SaysWhatWasTriedWhereAndWhatTheServerSaid) {
    const Error error(1062, "23000", "Duplicate entry '1' for key 'PRIMARY'",
                      "INSERT INTO t VALUES (1) on 127.0.0.1:3306");
    EXPECT_STREQ(error.what(),
                 "INSERT INTO t VALUES (1) on 127.0.0.1:3306: Duplicate entry '1' for key "
                 "'PRIMARY' (error 1062, 23000)");
    EXPECT_EQ(error.server_text(), "Duplicate entry '1' for key 'PRIMARY'");
    EXPECT_EQ(error.sqlstate(), "23000");
}

TEST(Error, RemembersItsCaller) {
    const Error error(1, "", "text", "doing");
    EXPECT_TRUE(std::string_view(error.where().file_name()).ends_with("error_test.cpp"));
}

TEST(Error, KnowsWhatAServerDoesNotKnow) {
    for (const unsigned code : {1064U, 1193U, 1235U, 1305U}) {
        EXPECT_TRUE(Error(code, "", "", "").not_supported()) << code;
    }
    for (const unsigned code : {1045U, 1062U, 1146U, 1227U, 2013U}) {
        EXPECT_FALSE(Error(code, "", "", "").not_supported()) << code;
    }
}

}  // namespace
}  // namespace wisp::mysql
