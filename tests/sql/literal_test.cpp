// SPDX-License-Identifier: Apache-2.0
#include "sql/literal.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

namespace wisp::sql {
namespace {

Column column(std::string type, std::string charset = {}) {
    Column c;
    c.name = "c";
    c.column_type = type;
    c.data_type = std::move(type);
    c.charset = std::move(charset);
    return c;
}

Value signed_value(std::int64_t v) {
    Value value;
    value.kind = Value::Kind::kSigned;
    value.integer = v;
    return value;
}

Value unsigned_value(std::uint64_t v) {
    Value value;
    value.kind = Value::Kind::kUnsigned;
    value.unsigned_integer = v;
    return value;
}

Value text_value(std::string text, Value::Kind kind = Value::Kind::kText) {
    Value value;
    value.kind = kind;
    value.text = std::move(text);
    return value;
}

Value bytes_value(std::string_view bytes) {
    Value value;
    value.kind = Value::Kind::kBytes;
    value.bytes = bytes;
    return value;
}

std::string double_text(double v) {
    std::string out;
    append_double(out, v);
    return out;
}

TEST(Literal, WritesNumbers) {
    EXPECT_EQ(literal(Value{}, column("int")), "NULL");
    EXPECT_EQ(literal(signed_value(std::numeric_limits<std::int64_t>::min()), column("bigint")),
              "-9223372036854775808");
    EXPECT_EQ(literal(unsigned_value(std::numeric_limits<std::uint64_t>::max()), column("bigint")),
              "18446744073709551615");
    EXPECT_EQ(literal(text_value("-0.50"), column("decimal")), "-0.50");
    EXPECT_EQ(literal(signed_value(0), column("year")), "0");
}

TEST(Literal, WritesDoublesWithAnExponent) {
    EXPECT_EQ(double_text(1), "1e0");
    EXPECT_EQ(double_text(-0.0), "-0e0");
    EXPECT_EQ(double_text(0.1), "1e-1");
    EXPECT_EQ(double_text(1.5e100), "1.5e100");
    EXPECT_EQ(double_text(1e10), "1e10");
    EXPECT_EQ(double_text(std::numeric_limits<double>::denorm_min()), "5e-324");
    EXPECT_EQ(double_text(std::numeric_limits<double>::max()), "1.7976931348623157e308");
    EXPECT_EQ(double_text(static_cast<double>(0.1F)), "1.0000000149011612e-1");
}

TEST(Literal, WritesStringsInTheirCharset) {
    EXPECT_EQ(literal(bytes_value("abc"), column("varchar", "latin1")), "_latin1'abc'");
    EXPECT_EQ(literal(bytes_value(""), column("text", "utf16")), "_utf16''");
    EXPECT_EQ(literal(bytes_value("ab"), column("text", "utf16")), "_utf16 X'6162'");
    EXPECT_EQ(literal(bytes_value("a'b"), column("char", "utf8mb4")), "_utf8mb4 X'612762'");
    EXPECT_EQ(literal(bytes_value("a\\"), column("char", "gbk")), "_gbk X'615C'");
    EXPECT_EQ(literal(bytes_value("\xE9"), column("char", "utf8")), "_utf8 X'E9'");
    EXPECT_EQ(literal(bytes_value("\n"), column("blob")), "_binary X'0A'");
    EXPECT_EQ(literal(bytes_value(""), column("geometry")), "_binary''");
}

TEST(Literal, PadsBinaryWithZeroBytes) {
    Column c = column("binary");
    c.max_bytes = 3;
    EXPECT_EQ(literal(bytes_value("a"), c), "_binary X'610000'");
    EXPECT_EQ(literal(bytes_value(""), c), "_binary X'000000'");
    EXPECT_EQ(literal(bytes_value("abc"), c), "_binary'abc'");
    c.data_type = "varbinary";
    EXPECT_EQ(literal(bytes_value("a"), c), "_binary'a'");
}

// INSERT … SELECT of a BIT, a YEAR or a zero-filled number into text copies the number, on all
// servers.
TEST(Literal, WritesBitsAndYearsAsNumbers) {
    EXPECT_EQ(literal(unsigned_value(5), column("bit")), "5");
    EXPECT_EQ(literal(unsigned_value(~std::uint64_t{0}), column("bit")), "18446744073709551615");
    EXPECT_EQ(literal(signed_value(0), column("year")), "0");
}

TEST(Literal, WritesTemporalAndJson) {
    EXPECT_EQ(literal(text_value("0000-00-00"), column("date")), "'0000-00-00'");
    EXPECT_EQ(literal(text_value("JSON_ARRAY(1)", Value::Kind::kJson), column("json")),
              "JSON_ARRAY(1)");
}

TEST(Literal, WritesMembersAsNumberOrText) {
    Column source = column("enum", "latin1");
    source.members = {"a", "it's", "\xC3\xA9"};
    EXPECT_EQ(literal(unsigned_value(2), source), "2");
    const Conversion text{.members_as_text = true};
    EXPECT_EQ(literal(unsigned_value(1), source, text), "_latin1'a'");
    EXPECT_EQ(literal(unsigned_value(3), source, text), "CONVERT(_utf8mb4 X'C3A9' USING latin1)");
    EXPECT_EQ(literal(unsigned_value(0), source, text), "_latin1''");
    EXPECT_EQ(literal(unsigned_value(9), source, text), "9");
    source.data_type = "set";
    source.charset = "utf8mb3";
    EXPECT_EQ(literal(unsigned_value(5), source), "5");
    EXPECT_EQ(literal(unsigned_value(5), source, text), "_utf8mb4 X'612CC3A9'");
    EXPECT_EQ(literal(unsigned_value(0), source, text), "_utf8mb4''");
}

TEST(Literal, WritesNumbersAsShownForTextTargets) {
    const Conversion shown{.as_shown = true};
    Column source = column("int");
    EXPECT_EQ(literal(signed_value(-5), source, shown), "'-5'");
    source.column_type = "int(5) unsigned zerofill";
    EXPECT_EQ(literal(unsigned_value(42), source, shown), "'00042'");
    EXPECT_EQ(literal(unsigned_value(1234567), source, shown), "'1234567'");
    EXPECT_EQ(literal(signed_value(0), column("year"), shown), "'0000'");
    source = column("decimal");
    source.precision = 6;
    source.scale = 2;
    EXPECT_EQ(literal(text_value("1.50"), source, shown), "'1.50'");
    source.column_type = "decimal(6,2) zerofill";
    EXPECT_EQ(literal(text_value("1.50"), source, shown), "'0001.50'");
    source = column("bit");
    source.precision = 10;
    EXPECT_EQ(literal(unsigned_value(5), source, shown), "b'0000000101'");
    Value real;
    real.kind = Value::Kind::kFloat;
    real.real = 0.5;
    real.real = 16777216;
    EXPECT_EQ(literal(real, column("float"), shown), "1.67772e7");
    real.real = 0.5;
    EXPECT_EQ(literal(real, column("float(7,3)"), shown), "CAST(5e-1 AS DECIMAL(65,3))");
    real.kind = Value::Kind::kDouble;
    EXPECT_EQ(literal(real, column("double"), shown), "5e-1");
}

TEST(Literal, CastsWhenTheTargetIsOfAnotherFamily) {
    const Conversion typed{.typed = true};
    Column source = column("timestamp");
    source.fraction_digits = 6;
    EXPECT_EQ(literal(text_value("2020-01-01 00:00:00.000001"), source, typed),
              "CAST('2020-01-01 00:00:00.000001' AS DATETIME(6))");
    EXPECT_EQ(literal(text_value("2020-01-01"), column("date"), typed),
              "CAST('2020-01-01' AS DATE)");
    EXPECT_EQ(literal(text_value("::1"), column("inet6"), typed), "INET6_ATON('::1')");
    EXPECT_EQ(literal(text_value("12-34"), column("uuid"), typed),
              "UNHEX(REPLACE('12-34', '-', ''))");
}

TEST(Conversion, ComparesMemberLists) {
    Column source = column("enum", "latin1");
    source.members = {"a", "b"};
    Column target = source;
    EXPECT_FALSE(conversion_for(source, target).members_as_text);
    target.members = {"a", "b", "c"};
    EXPECT_FALSE(conversion_for(source, target).members_as_text);
    for (const auto& members :
         {std::vector<std::string>{"b", "a"}, std::vector<std::string>{"a"}, {"A", "b"}}) {
        target.members = members;
        EXPECT_TRUE(conversion_for(source, target).members_as_text);
    }
    EXPECT_TRUE(conversion_for(source, column("varchar", "utf8mb4")).members_as_text);
    EXPECT_TRUE(conversion_for(source, column("set", "utf8mb4")).members_as_text);
    EXPECT_FALSE(conversion_for(source, column("int")).members_as_text);
}

TEST(Conversion, FindsTheOtherFamilies) {
    EXPECT_TRUE(conversion_for(column("datetime"), column("bigint")).typed);
    EXPECT_FALSE(conversion_for(column("datetime"), column("varchar")).typed);
    EXPECT_FALSE(conversion_for(column("datetime"), column("date")).typed);
    EXPECT_TRUE(conversion_for(column("date"), column("time")).typed);
    EXPECT_TRUE(conversion_for(column("float"), column("text")).as_shown);
    EXPECT_FALSE(conversion_for(column("float"), column("varchar")).as_shown);
    EXPECT_FALSE(conversion_for(column("date"), column("text")).as_shown);
    EXPECT_TRUE(conversion_for(column("uuid"), column("binary")).typed);
    EXPECT_FALSE(conversion_for(column("uuid"), column("char")).typed);
}

}  // namespace
}  // namespace wisp::sql
