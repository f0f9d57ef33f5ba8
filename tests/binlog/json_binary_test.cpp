// SPDX-License-Identifier: Apache-2.0
#include "binlog/json_binary.h"

#include <gtest/gtest.h>

#include <cstring>

#include "binlog/table_map.h"
#include "tests/support/event_builder.h"

namespace wisp::binlog {
namespace {

using test::ByteWriter;
using test::Raw;

struct Case {
    const char* name;
    Raw document;
    std::string expected;
};

class Documents : public ::testing::TestWithParam<Case> {};

TEST_P(Documents, BecomeExpressions) {
    const auto expression = json_expression(GetParam().document);
    ASSERT_TRUE(expression) << expression.error();
    EXPECT_EQ(*expression, GetParam().expected);
}

TEST_P(Documents, AreRefusedWhenCutOffAnywhere) {
    for (std::size_t size = 1; size < GetParam().document.size(); ++size) {
        const Raw cut(GetParam().document.begin(),
                      GetParam().document.begin() + static_cast<std::ptrdiff_t>(size));
        EXPECT_FALSE(json_expression(cut)) << size;
    }
}

std::string text(const std::string& json) {
    return "CAST(_utf8mb4'" + json + "' AS JSON)";
}

Raw real(double value) {
    std::uint64_t bits = 0;
    std::memcpy(&bits, &value, sizeof bits);
    return ByteWriter().u8(11).u64(bits).done();
}

Raw string_of(std::string_view value) {
    return ByteWriter().u8(12).u8(value.size()).text(value).done();
}

/// One element that stands behind the value entry.
Raw array_of(const Raw& typed_value) {
    const std::size_t size = 4 + 3 + typed_value.size() - 1;
    return ByteWriter()
        .u8(2)
        .u16(1)
        .u16(size)
        .u8(typed_value[0])
        .u16(7)
        .raw(Raw(typed_value.begin() + 1, typed_value.end()))
        .done();
}

Raw opaque(std::uint8_t type, const Raw& payload) {
    return ByteWriter().u8(15).u8(type).u8(payload.size()).raw(payload).done();
}

void PrintTo(const Case& value, std::ostream* out) {
    *out << value.name;
}

std::string case_name(const ::testing::TestParamInfo<Case>& info) {
    return info.param.name;
}

INSTANTIATE_TEST_SUITE_P(
    WhatTextCarries, Documents,
    ::testing::Values(
        Case{"Empty", {}, text("null")}, Case{"Null", {4, 0}, text("null")},
        Case{"True", {4, 1}, text("true")}, Case{"False", {4, 2}, text("false")},
        Case{"Int16", {5, 0xff, 0xff}, text("-1")},
        Case{"Int32", {7, 0, 0, 0, 0x80}, text("-2147483648")},
        Case{"Uint64", ByteWriter().u8(10).u64(~0ULL).done(), text("18446744073709551615")},
        Case{"DoubleWhole", real(1.0), text("1.0")},
        Case{"DoubleMinusZero", real(-0.0), text("-0.0")},
        Case{"DoubleLong", real(0.1 + 0.2), text("0.30000000000000004")},
        Case{"DoubleLarge", real(1e300), text("1e+300")},
        Case{"DoubleDenormal", real(5e-324), text("5e-324")},
        Case{"String", string_of("a'b\\c\"d\ne"), text(R"("a\'b\\\\c\\"d\\u000ae")")},
        Case{"EmptyObject", {0, 0, 0, 4, 0}, text("{}")},
        Case{"Array", {2, 2, 0, 10, 0, 5, 1, 0, 4, 1, 0}, text("[1, true]")},
        // {"a": 1, "bb": "x"}: 4 + 2 key entries of 4 + 2 value entries of 3 = 18
        Case{"Object",
             {0, 2, 0, 23, 0, 18, 0, 1, 0, 19, 0, 2, 0, 5, 1, 0, 12, 21, 0, 'a', 'b', 'b', 1, 'x'},
             text(R"({"a": 1, "bb": "x"})")},
        Case{"LargeArrayInlinesInt32",
             {3, 1, 0, 0, 0, 13, 0, 0, 0, 7, 0, 0, 0, 0x80},
             text("[-2147483648]")}),
    case_name);

const Raw kPackedDate =
    ByteWriter().u64(((2020ULL * 13 + 1) << 5U | 2U) << 41U).done();  // 2020-01-02

INSTANTIATE_TEST_SUITE_P(
    WhatNeedsAnExpression, Documents,
    ::testing::Values(
        Case{"SmallUnsigned", array_of({8, 5, 0, 0, 0}), "JSON_ARRAY(CAST(5 AS UNSIGNED))"},
        Case{"LargeSigned", ByteWriter().u8(9).u64(5'000'000'000).done(),
             "JSON_EXTRACT(JSON_ARRAY(CAST(5000000000 AS SIGNED)),'$[0]')"},
        Case{"DecimalLiteral", array_of(opaque(kDecimal, {5, 3, 0x8c, 1, 0x54})),
             "JSON_ARRAY(12.340)"},
        Case{"DecimalWhole", array_of(opaque(kDecimal, {1, 0, 0x87})), "JSON_ARRAY(7.)"},
        Case{"DecimalExpression",
             array_of(opaque(kDecimal, {12, 3, 0x7f, 0xff, 0xff, 0xf3, 0xfe, 0xab})),
             "JSON_ARRAY(CAST('-12.340' AS DECIMAL(12,3)))"},
        Case{"DecimalColumn", opaque(kDecimal, {10, 3, 0x80, 0, 0, 0x0c, 1, 0x54}),
             "JSON_EXTRACT(JSON_ARRAY((SELECT JSON_EXTRACT(JSON_ARRAY(c),'$[0]') FROM "
             "JSON_TABLE(_utf8mb4'[\"12.340\"]','$[0]' COLUMNS(c DECIMAL(10,3) PATH '$')) AS "
             "j)),'$[0]')"},
        Case{"Date", array_of(opaque(kDate, kPackedDate)),
             "JSON_ARRAY(CAST('2020-01-02' AS DATE))"},
        Case{"Datetime", array_of(opaque(kDatetimeOld, kPackedDate)),
             "JSON_ARRAY(CAST('2020-01-02 00:00:00.000000' AS DATETIME(6)))"},
        Case{"TimeNegative", array_of(opaque(kTimeOld, Raw(8, 0xff))),
             "JSON_ARRAY(CAST('-00:00:00.000001' AS TIME(6)))"},
        Case{"Binary", array_of(opaque(kVarchar, {0, 0xff})), "JSON_ARRAY(X'00FF')"},
        Case{"LongBlob", array_of(opaque(kLongBlob, {0xff})),
             "JSON_ARRAY(UNCOMPRESS(COMPRESS(X'FF')))"}),
    case_name);

TEST(JsonExpression, RefusesBinaryTypesThatNoExpressionHas) {
    const auto expression = json_expression(array_of(opaque(kString, {0xff})));
    ASSERT_FALSE(expression);
    EXPECT_NE(expression.error().find("type 254"), std::string::npos);
    EXPECT_TRUE(json_expression(array_of(opaque(kString, {'a'}))));
}

TEST(JsonExpression, RefusesDocumentsThatReferToThemselves) {
    // Every element of the array is the array: without a budget this never ends.
    Raw document{2, 100, 0, 48, 1};
    for (int i = 0; i < 100; ++i) document.insert(document.end(), {2, 0, 0});
    document[3] = static_cast<std::uint8_t>((document.size() - 1) & 0xffU);
    document[4] = static_cast<std::uint8_t>((document.size() - 1) >> 8U);
    EXPECT_FALSE(json_expression(document));
}

TEST(JsonExpression, RefusesNanAndUnknownTypes) {
    EXPECT_FALSE(json_expression(ByteWriter().u8(11).u64(0x7ff8000000000000).done()));
    EXPECT_FALSE(json_expression(Raw{13, 0, 0}));
    EXPECT_FALSE(json_expression(Raw{4, 3}));
}

}  // namespace
}  // namespace wisp::binlog
