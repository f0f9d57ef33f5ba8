// SPDX-License-Identifier: Apache-2.0
// Identity: see literal_fixture.h.
#include "tests/db/literal_fixture.h"

namespace wisp::test {
namespace {

class LiteralIdentityTest : public LiteralDbTest {};

TEST_P(LiteralIdentityTest, KeepsIntegers) {
    expect_identity("TINYINT", {"-128", "-1", "0", "127", "NULL"});
    expect_identity("TINYINT UNSIGNED", {"0", "255"});
    expect_identity("SMALLINT", {"-32768", "32767"});
    expect_identity("MEDIUMINT", {"-8388608", "8388607"});
    expect_identity("MEDIUMINT UNSIGNED", {"0", "16777215"});
    expect_identity("INT", {"-2147483648", "2147483647"});
    expect_identity("INT UNSIGNED ZEROFILL", {"0", "4294967295"});
    expect_identity("BIGINT", {"-9223372036854775808", "9223372036854775807"});
    expect_identity("BIGINT UNSIGNED", {"0", "18446744073709551615"});
    expect_identity("YEAR", {"0", "1901", "2155", "1970"});
    expect_identity("BIT(1)", {"b'0'", "b'1'"});
    expect_identity("BIT(10)", {"0", "5", "1023"});
    expect_identity("BIT(64)", {"0", "1", "9223372036854775808", "18446744073709551615"});
}

TEST_P(LiteralIdentityTest, KeepsRealsBitForBit) {
    expect_identity("DOUBLE", {"0e0", "-0e0", "0.1e0", "1e0/3e0", "1.7976931348623157e308",
                               "-1.7976931348623157e308", "2.2250738585072014e-308", "5e-324",
                               "123456789012345678e0", "9007199254740993e0"});
    expect_identity("FLOAT", {"0e0", "-0e0", "0.1e0", "1e0/3e0", "16777217e0", "3.4028234e38",
                              "1.17549435e-38", "1e-45"});
    expect_identity("FLOAT(7,3)", {"0.1e0", "1234.567e0"});
    expect_identity("DOUBLE(10,2)", {"0.1e0", "12345678.91e0"});
}

TEST_P(LiteralIdentityTest, KeepsDecimals) {
    const std::string nines(65, '9');
    expect_identity("DECIMAL(65,0)", {"0", nines, "-" + nines});
    expect_identity("DECIMAL(65,30)",
                    {"0.000000000000000000000000000001", "-99999999999999999999999999999999999.5"});
    expect_identity("DECIMAL(5,2)", {"-0.01", "999.99", "-0.5", "NULL"});
    expect_identity("DECIMAL(20,0)", {"18446744073709551615", "18446744073709551616"});
}

TEST_P(LiteralIdentityTest, KeepsTimes) {
    expect_identity(
        "DATE", {"'0000-00-00'", "'2024-00-10'", "'2024-02-31'", "'1000-01-01'", "'9999-12-31'"});
    expect_identity("TIME", {"'-838:59:59'", "'00:00:00'", "'838:59:59'"});
    expect_identity("TIME(6)", {"'-00:00:00.000001'", "'838:59:58.999999'", "'-12:30:00.5'"});
    expect_identity("DATETIME", {"'0000-00-00 00:00:00'", "'9999-12-31 23:59:59'"});
    expect_identity("DATETIME(6)", {"'2020-01-01 23:59:59.999999'", "'0000-00-00'"});
    expect_identity("DATETIME(3)", {"'2020-01-01 23:59:59.999'"});
    expect_identity("TIMESTAMP NULL", {"'0000-00-00 00:00:00'", "'1970-01-01 00:00:01'",
                                       "'2038-01-19 03:14:07'", "NULL"});
    expect_identity("TIMESTAMP(6) NULL", {"'2038-01-19 03:14:07.999999'"});
}

TEST_P(LiteralIdentityTest, KeepsTextInEveryCharset) {
    const Strings texts = {
        "''",      "'plain'",         "'it''s'", R"('back\\slash')", R"('a\nb\0c\Z')",
        "'%_\"`'", "'  both ends  '", "NULL"};
    for (const char* charset :
         {"ascii",   "latin1",  "latin2", "cp1251",  "koi8r",   "greek", "utf8",
          "utf8mb4", "ucs2",    "utf16",  "utf16le", "utf32",   "sjis",  "cp932",
          "ujis",    "eucjpms", "gbk",    "gb2312",  "gb18030", "big5",  "euckr",
          "tis620",  "swe7",    "hp8",    "dec8",    "binary"}) {
        const std::string suffix = std::string(" CHARACTER SET ") + charset;
        if (describe("VARCHAR(40)" + suffix) == nullptr) continue;
        Strings all = texts;
        if (std::string_view(charset) == "sjis") all.emplace_back("_sjis X'835C835C'");
        if (std::string_view(charset) == "cp932") all.emplace_back("_cp932 X'835CED40'");
        if (std::string_view(charset) == "gbk") all.emplace_back("_gbk X'815C27'");
        if (std::string_view(charset) == "big5") all.emplace_back("_big5 X'A45C'");
        if (std::string_view(charset) == "latin1") all.emplace_back("_latin1 X'E98081FF'");
        if (std::string_view(charset) == "utf8") all.emplace_back("_utf8 X'C3A9E282AC'");
        if (std::string_view(charset) == "utf8mb4") all.emplace_back("_utf8mb4 X'F09F9880'");
        if (std::string_view(charset) == "utf16") all.emplace_back("_utf16 X'D83DDE00'");
        if (std::string_view(charset) == "swe7") all = {"''", "'plain'", "'ABC'"};
        expect_identity("VARCHAR(40)" + suffix, all);
        expect_identity("CHAR(40)" + suffix, all);
        all.push_back(fmt::format("REPEAT({}, 40000)", all.back()));  // written another way
        expect_identity("LONGTEXT" + suffix, all);
    }
}

TEST_P(LiteralIdentityTest, KeepsBytes) {
    const Strings values = {"''",          "X'00'", "X'0000'", "X'27'", "X'5C'",
                            "X'FF00FF00'", "'abc'", "X'20'",   "NULL"};
    expect_identity("BINARY(4)", values);
    expect_identity("VARBINARY(10)", values);
    expect_identity("BLOB", values);
    expect_identity("LONGBLOB", values);
    expect_identity("LONGBLOB", {"REPEAT(X'00275C0A0D1AFF25', 20000)", "REPEAT(X'C3275C', 40000)"});
}

TEST_P(LiteralIdentityTest, KeepsMembers) {
    expect_identity("ENUM('a','b','it''s','c,d','\\\\','z\xC3\xA9')",
                    {"1", "2", "3", "4", "5", "6", "NULL"});
    expect_identity("SET('a','b','it''s')", {"0", "1", "7", "'a,it''s'", "NULL"});
    std::string many = "SET('m0'";
    for (int i = 1; i < 64; ++i) many += fmt::format(",'m{}'", i);
    expect_identity(many + ")", {"0", "1", "9223372036854775808", "18446744073709551615"});
}

TEST_P(LiteralIdentityTest, KeepsOddTypes) {
    const bool has_srs = !connection().server().mariadb() && connection().server().version >= 80000;
    const std::string function = has_srs ? "ST_GeomFromText" : "GeomFromText";
    expect_identity("GEOMETRY", {function + "('POINT(1 -2.5)')",
                                 function + "('POLYGON((0 0,1 0,1 1,0 0))', 0)", "NULL"});
    expect_identity("POINT", {function + "('POINT(1 2)', " + (has_srs ? "4326)" : "7)")});
    const bool mariadb = connection().server().mariadb();
    const std::string vector = mariadb ? "VEC_FromText" : "STRING_TO_VECTOR";
    expect_identity("VECTOR(3)", {vector + "('[1,-0.5,3e10]')", vector + "('[0,0,0]')"});
    expect_identity("UUID", {"'00000000-0000-0000-0000-000000000000'",
                             "'123e4567-e89b-12d3-a456-426655440000'", "NULL"});
    expect_identity("INET6", {"'::'", "'::1'", "'2001:db8::ff00:42:8329'", "'::ffff:1.2.3.4'"});
    expect_identity("INET4", {"'0.0.0.0'", "'255.255.255.255'"});
}

// All servers refuse it in strict mode as a literal, and copy it in INSERT … SELECT.
TEST_P(LiteralIdentityTest, StrictSessionsRefuseTheErrorValueOfAnEnum) {
    const std::string source = table("ENUM('a')");
    connection().execute("INSERT IGNORE INTO " + source + " VALUES (1, '')");
    const sql::Column& column = *describe("ENUM('a')");
    EXPECT_TRUE(sql::refused_by_strict(decoded(column, "0").value, column));
    EXPECT_FALSE(sql::refused_by_strict(decoded(column, "1").value, column));
    const std::string twin = table("ENUM('a')");
    const std::string statement =
        "INSERT INTO " + twin + " VALUES (1, " + literals_of(source, column, {})[0] + ")";
    EXPECT_EQ(attempt(statement), 1265U);
    connection().execute("SET @@session.sql_mode = ''");
    connection().execute(statement);
    connection().execute("SET @@session.sql_mode = 'STRICT_ALL_TABLES'");
    EXPECT_EQ(checksum(source), checksum(twin));
    const std::string copied = table("ENUM('a','b')");
    EXPECT_EQ(attempt("INSERT INTO " + copied + " SELECT * FROM " + source), 0U);
}

WISP_FOR_EACH_SERVER(LiteralIdentityTest);

}  // namespace
}  // namespace wisp::test
