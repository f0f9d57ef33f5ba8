// SPDX-License-Identifier: Apache-2.0
#include "binlog/value_decoder.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "tests/support/event_builder.h"

namespace wisp::binlog {
namespace {

using sql::Value;
using test::Raw;

struct Case {
    const char* name;
    LoggedColumn column;
    Raw bytes;
    std::string expected;  // as shown() writes it
    ColumnHint hint = {};
};

std::string hex(std::string_view bytes) {
    std::string digits;
    for (const char c : bytes) {
        constexpr std::string_view kDigits = "0123456789abcdef";
        digits += kDigits[static_cast<unsigned char>(c) >> 4U];
        digits += kDigits[static_cast<unsigned char>(c) & 15U];
    }
    return digits;
}

std::string shown(const Value& value) {
    switch (value.kind) {
        case Value::Kind::kNull:
            return "NULL";
        case Value::Kind::kSigned:
            return std::to_string(value.integer);
        case Value::Kind::kUnsigned:
            return std::to_string(value.unsigned_integer) + "u";
        case Value::Kind::kFloat:
        case Value::Kind::kDouble:
            return std::to_string(value.real);
        case Value::Kind::kText:
        case Value::Kind::kJson:
            return value.text;
        case Value::Kind::kBytes:
            return "x'" + hex(value.bytes) + "'";
    }
    return "?";
}

class Values : public ::testing::TestWithParam<Case> {
  protected:
    Expected<void> decode(Bytes image) {
        const std::vector<bool> present{true};
        const std::vector<ColumnHint> hints{GetParam().hint};
        TableMap table;
        table.schema = "s";
        table.table = "t";
        table.columns = {GetParam().column};
        return decode_image({image}, table, present, hints, kAllColumns, row_);
    }

    DecodedRow row_;
};

TEST_P(Values, AreDecoded) {
    Raw image{0};  // null bitmap
    image.insert(image.end(), GetParam().bytes.begin(), GetParam().bytes.end());
    const auto done = decode(image);
    ASSERT_TRUE(done) << done.error();
    EXPECT_EQ(shown(row_.values[0]), GetParam().expected);
    // The splitter must find the same length as the decoder.
    EXPECT_EQ(value_size(GetParam().column, GetParam().hint, ByteReader(GetParam().bytes)),
              GetParam().bytes.size());
}

TEST_P(Values, AreRefusedWhenCutOffAnywhere) {
    Raw image{0};
    image.insert(image.end(), GetParam().bytes.begin(), GetParam().bytes.end());
    for (std::size_t size = 0; size < image.size(); ++size) {
        // A copy of its own, so that a sanitizer sees a read past its end.
        const Raw cut(image.begin(), image.begin() + static_cast<std::ptrdiff_t>(size));
        if (size == 0) {
            (void)decode(cut);
            continue;
        }
        EXPECT_FALSE(decode(cut)) << size;
    }
}

/// Keeps the test's report readable.
void PrintTo(const Case& value, std::ostream* out) {
    *out << value.name;
}

std::string case_name(const ::testing::TestParamInfo<Case>& info) {
    return info.param.name;
}

constexpr LoggedColumn column(std::uint8_t type, std::uint16_t meta = 0) {
    return {type, meta, true};
}

constexpr ColumnHint kUnsignedHint{true, 0};

INSTANTIATE_TEST_SUITE_P(
    Integers, Values,
    ::testing::Values(
        Case{"TinyMin", column(kTiny), {0x80}, "-128"},
        Case{"TinyUnsignedMax", column(kTiny), {0xff}, "255u", kUnsignedHint},
        Case{"ShortMin", column(kShort), {0x00, 0x80}, "-32768"},
        Case{"MediumMinusOne", column(kInt24), {0xff, 0xff, 0xff}, "-1"},
        Case{"MediumMin", column(kInt24), {0x00, 0x00, 0x80}, "-8388608"},
        Case{"MediumUnsigned", column(kInt24), {0xff, 0xff, 0xff}, "16777215u", kUnsignedHint},
        Case{"LongMin", column(kLong), {0, 0, 0, 0x80}, "-2147483648"},
        Case{"LongUnsigned", column(kLong), {0xff, 0xff, 0xff, 0xff}, "4294967295u", kUnsignedHint},
        Case{"BigMin", column(kLongLong), {0, 0, 0, 0, 0, 0, 0, 0x80}, "-9223372036854775808"},
        Case{"BigUnsigned", column(kLongLong), Raw(8, 0xff), "18446744073709551615u",
             kUnsignedHint},
        Case{"YearZero", column(kYear), {0}, "0"}, Case{"YearMax", column(kYear), {255}, "2155"},
        Case{"BitOne", column(kBit, 1), {1}, "1u"},
        Case{"BitEleven", column(kBit, 11), {0x04, 0x01}, "1025u"},
        Case{"BitSixtyFour", column(kBit, 64), Raw(8, 0xff), "18446744073709551615u"},
        Case{"EnumError", column(kEnum, 1), {0}, "0u"},
        Case{"EnumWide", column(kEnum, 2), {0x2c, 1}, "300u"},
        Case{"SetWide", column(kSet, 8), {1, 0, 0, 0, 0, 0, 0, 0x80}, "9223372036854775809u"}),
    case_name);

INSTANTIATE_TEST_SUITE_P(
    RealsAndDecimals, Values,
    ::testing::Values(
        Case{"Float", column(kFloat, 4), {0, 0, 0xc0, 0xbf}, "-1.500000"},
        Case{"Double", column(kDouble, 8), {0, 0, 0, 0, 0, 0, 0, 0x80}, "-0.000000"},
        Case{"DecimalPositive",
             column(kDecimal, 14 << 8 | 4),
             {0x81, 0x0d, 0xfb, 0x38, 0xd2, 0x04, 0xd2},
             "1234567890.1234"},
        Case{"DecimalNegative",
             column(kDecimal, 14 << 8 | 4),
             {0x7e, 0xf2, 0x04, 0xc7, 0x2d, 0xfb, 0x2d},
             "-1234567890.1234"},
        Case{"DecimalZero", column(kDecimal, 5 << 8 | 2), {0x80, 0, 0}, "0.00"},
        Case{"DecimalOnlyFraction", column(kDecimal, 2 << 8 | 2), {0xb2}, "0.50"},
        Case{"DecimalOnlyWhole", column(kDecimal, 9 << 8), {0xbb, 0x9a, 0xc9, 0xff}, "999999999"}),
    case_name);

INSTANTIATE_TEST_SUITE_P(
    Temporals, Values,
    ::testing::Values(
        Case{"Date", column(kDate), {0x21, 0xc8, 0x0f}, "2020-01-01"},
        Case{"DateZero", column(kDate), {0, 0, 0}, "0000-00-00"},
        Case{"DateMax", column(kDate), {0x9f, 0x1f, 0x4e}, "9999-12-31"},
        Case{"DatetimeZero", column(kDatetime, 0), {0x80, 0, 0, 0, 0}, "0000-00-00 00:00:00"},
        Case{"DatetimeMicros",
             column(kDatetime, 6),
             {0x99, 0xa5, 0x44, 0x31, 0x05, 1, 0xe2, 0x40},
             "2020-01-02 03:04:05.123456"},
        Case{"DatetimeOneDigit",
             column(kDatetime, 1),
             {0x99, 0xa5, 0x44, 0x31, 0x05, 0x5a},
             "2020-01-02 03:04:05.9"},
        Case{"DatetimePartial",
             column(kDatetime, 0),
             {0x99, 0xa5, 0x00, 0x00, 0x00},
             "2020-00-00 00:00:00"},
        Case{"TimestampZero", column(kTimestamp, 3), {0, 0, 0, 0, 0, 0}, "0000-00-00 00:00:00.000"},
        Case{"TimestampOne", column(kTimestamp, 0), {0, 0, 0, 1}, "1970-01-01 00:00:01"},
        Case{"TimestampLastOf2106",
             column(kTimestamp, 2),
             {0xff, 0xff, 0xff, 0xff, 99},
             "2106-02-07 06:28:15.99"},
        Case{"TimeZero", column(kTime, 0), {0x80, 0, 0}, "00:00:00"},
        Case{"TimeMax", column(kTime, 0), {0xb4, 0x6e, 0xfb}, "838:59:59"},
        Case{"TimeMin", column(kTime, 0), {0x4b, 0x91, 0x05}, "-838:59:59"},
        Case{"TimeMinusHalf", column(kTime, 1), {0x7f, 0xff, 0xff, 0xce}, "-00:00:00.5"},
        Case{"TimeMinusOneMicro",
             column(kTime, 6),
             {0x7f, 0xff, 0xff, 0xff, 0xff, 0xff},
             "-00:00:00.000001"},
        Case{"TimeMinusThreeDigits",
             column(kTime, 3),
             {0x7f, 0xff, 0xff, 0x00, 0x00},
             "-00:00:01.000"}),
    case_name);

INSTANTIATE_TEST_SUITE_P(
    OldTemporals, Values,
    ::testing::Values(
        Case{"Timestamp", column(kTimestampOld), {1, 0, 0, 0}, "1970-01-01 00:00:01"},
        Case{"TimestampZero", column(kTimestampOld), {0, 0, 0, 0}, "0000-00-00 00:00:00"},
        Case{"TimestampDigits",
             column(kTimestampOld),
             {0, 0, 0, 1, 12},
             "1970-01-01 00:00:01.12",
             {false, 2}},
        Case{"Datetime",
             column(kDatetimeOld),
             {0x49, 0xec, 0xe7, 0x33, 0x5f, 0x12, 0x00, 0x00},
             "2020-01-02 03:04:09"},
        Case{"DatetimeZero", column(kDatetimeOld), Raw(8, 0), "0000-00-00 00:00:00"},
        Case{"Time", column(kTimeOld), {0x61, 0x7e, 0xfe}, "-09:87:19"},
        Case{"TimeMax", column(kTimeOld), {0xa7, 0xf5, 0x7f}, "838:59:59"}),
    case_name);

INSTANTIATE_TEST_SUITE_P(
    Strings, Values,
    ::testing::Values(
        Case{"CharShort", column(kString, 40), {2, 'a', 'b'}, "x'6162'"},
        Case{"CharWide", column(kString, 1020), {2, 0, 'a', 'b'}, "x'6162'"},
        Case{"VarcharEmpty", column(kVarchar, 255), {0}, "x''"},
        Case{"VarcharWide", column(kVarchar, 256), {1, 0, 0xff}, "x'ff'"},
        Case{"Blob1", column(kBlob, 1), {1, 0}, "x'00'"},
        Case{"Blob4", column(kBlob, 4), {1, 0, 0, 0, 'z'}, "x'7a'"},
        Case{"Geometry", column(kGeometry, 4), {4, 0, 0, 0, 1, 2, 3, 4}, "x'01020304'"},
        Case{"Vector", column(kVector, 4), {4, 0, 0, 0, 0, 0, 0x80, 0x3f}, "x'0000803f'"},
        Case{"JsonNull", column(kJson, 4), {2, 0, 0, 0, 4, 0}, "CAST(_utf8mb4'null' AS JSON)"},
        Case{"CompressedRaw", column(kVarcharCompressed, 11), {3, 0, 'a', 'b'}, "x'6162'"},
        Case{"CompressedBlobEmpty", column(kBlobCompressed, 2), {0, 0}, "x''"}),
    case_name);

TableMap two_columns() {
    TableMap table;
    table.columns = {column(kTiny), column(kTiny), column(kTiny)};
    return table;
}

TEST(DecodeImage, LeavesAbsentAndNullColumnsNull) {
    // The null bitmap counts present columns only: the second present one is NULL.
    const Raw image{0x02, 5};
    DecodedRow row;
    ASSERT_TRUE(decode_image({image}, two_columns(), {true, false, true}, {}, kAllColumns, row));
    EXPECT_EQ(shown(row.values[0]), "5");
    EXPECT_EQ(shown(row.values[1]), "NULL");
    EXPECT_EQ(shown(row.values[2]), "NULL");
}

TEST(DecodeImage, StopsAfterTheLastColumnAskedFor) {
    const Raw image{0, 5};  // the rest is missing and not looked at
    DecodedRow row;
    ASSERT_TRUE(decode_image({image}, two_columns(), {true, true, true}, {}, 0, row));
    EXPECT_EQ(row.values.size(), 1U);
    EXPECT_EQ(shown(row.values[0]), "5");
}

TEST(DecodeImage, PrefersTheLogsSignednessToTheHint) {
    auto table = two_columns();
    table.unsigned_columns = std::vector<bool>{false, true, false};
    const Raw image{0, 0xff, 0xff, 0xff};
    DecodedRow row;
    const std::vector<ColumnHint> hints(3, kUnsignedHint);
    ASSERT_TRUE(decode_image({image}, table, {true, true, true}, hints, kAllColumns, row));
    EXPECT_EQ(shown(row.values[0]), "-1");
    EXPECT_EQ(shown(row.values[1]), "255u");
}

TEST(DecodeImage, KeepsFloatBits) {
    TableMap table;
    table.columns = {column(kFloat, 4)};
    const Raw image{0, 0xcd, 0xcc, 0xcc, 0x3d};
    DecodedRow row;
    ASSERT_TRUE(decode_image({image}, table, {true}, {}, kAllColumns, row));
    EXPECT_EQ(static_cast<float>(row.values[0].real), 0.1F);
}

TEST(DecodeImage, NamesColumnAndTableOfBrokenValues) {
    TableMap table;
    table.schema = "s";
    table.table = "t";
    table.columns = {column(kDecimal, 2 << 8)};
    DecodedRow row;
    const Raw image{0, 0xff};  // 127 is no two digits
    const auto done = decode_image({image}, table, {true}, {}, kAllColumns, row);
    ASSERT_FALSE(done);
    EXPECT_NE(done.error().find("column 1 of a row of `s`.`t`"), std::string::npos);
}

TEST(MariadbTypes, HaveTextForms) {
    EXPECT_EQ(uuid_text(std::string_view("\x12\x3e\x45\x67\xe8\x9b\x12\xd3\xa4\x56\x42\x66", 12)),
              "123e4567-e89b-12d3-a456-426600000000");
    EXPECT_EQ(inet4_text(std::string_view("\x7f\0\0\x01", 4)), "127.0.0.1");
    EXPECT_EQ(inet4_text(std::string_view("\x0a", 1)), "10.0.0.0");
    EXPECT_EQ(inet6_text(std::string_view("\x20\x01\x0d\xb8", 4)), "2001:db8::");
    EXPECT_EQ(inet6_text(""), "::");
}

}  // namespace
}  // namespace wisp::binlog
