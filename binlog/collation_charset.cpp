// SPDX-License-Identifier: Apache-2.0
#include "binlog/collation_charset.h"

#include <algorithm>
#include <array>

namespace wisp::binlog {

namespace {

struct R {
    std::uint16_t first;
    std::uint16_t last;
    std::string_view charset;
};

/// information_schema.COLLATIONS of MySQL 5.6, 9.7 and MariaDB 10.11, 11.8; the families agree.
constexpr std::array kRanges{
    R{1, 1, "big5"},       R{2, 2, "latin2"},      R{3, 3, "dec8"},        R{4, 4, "cp850"},
    R{5, 5, "latin1"},     R{6, 6, "hp8"},         R{7, 7, "koi8r"},       R{8, 8, "latin1"},
    R{9, 9, "latin2"},     R{10, 10, "swe7"},      R{11, 11, "ascii"},     R{12, 12, "ujis"},
    R{13, 13, "sjis"},     R{14, 14, "cp1251"},    R{15, 15, "latin1"},    R{16, 16, "hebrew"},
    R{18, 18, "tis620"},   R{19, 19, "euckr"},     R{20, 20, "latin7"},    R{21, 21, "latin2"},
    R{22, 22, "koi8u"},    R{23, 23, "cp1251"},    R{24, 24, "gb2312"},    R{25, 25, "greek"},
    R{26, 26, "cp1250"},   R{27, 27, "latin2"},    R{28, 28, "gbk"},       R{29, 29, "cp1257"},
    R{30, 30, "latin5"},   R{31, 31, "latin1"},    R{32, 32, "armscii8"},  R{33, 33, "utf8mb3"},
    R{34, 34, "cp1250"},   R{35, 35, "ucs2"},      R{36, 36, "cp866"},     R{37, 37, "keybcs2"},
    R{38, 38, "macce"},    R{39, 39, "macroman"},  R{40, 40, "cp852"},     R{41, 42, "latin7"},
    R{43, 43, "macce"},    R{44, 44, "cp1250"},    R{45, 46, "utf8mb4"},   R{47, 49, "latin1"},
    R{50, 52, "cp1251"},   R{53, 53, "macroman"},  R{54, 55, "utf16"},     R{56, 56, "utf16le"},
    R{57, 57, "cp1256"},   R{58, 59, "cp1257"},    R{60, 61, "utf32"},     R{62, 62, "utf16le"},
    R{63, 63, "binary"},   R{64, 64, "armscii8"},  R{65, 65, "ascii"},     R{66, 66, "cp1250"},
    R{67, 67, "cp1256"},   R{68, 68, "cp866"},     R{69, 69, "dec8"},      R{70, 70, "greek"},
    R{71, 71, "hebrew"},   R{72, 72, "hp8"},       R{73, 73, "keybcs2"},   R{74, 74, "koi8r"},
    R{75, 75, "koi8u"},    R{76, 76, "utf8mb3"},   R{77, 77, "latin2"},    R{78, 78, "latin5"},
    R{79, 79, "latin7"},   R{80, 80, "cp850"},     R{81, 81, "cp852"},     R{82, 82, "swe7"},
    R{83, 83, "utf8mb3"},  R{84, 84, "big5"},      R{85, 85, "euckr"},     R{86, 86, "gb2312"},
    R{87, 87, "gbk"},      R{88, 88, "sjis"},      R{89, 89, "tis620"},    R{90, 90, "ucs2"},
    R{91, 91, "ujis"},     R{92, 93, "geostd8"},   R{94, 94, "latin1"},    R{95, 96, "cp932"},
    R{97, 98, "eucjpms"},  R{99, 99, "cp1250"},    R{101, 124, "utf16"},   R{128, 159, "ucs2"},
    R{160, 191, "utf32"},  R{192, 223, "utf8mb3"}, R{224, 247, "utf8mb4"}, R{248, 250, "gb18030"},
    R{255, 323, "utf8mb4"}};

/// MariaDB's additions: 32 ids for each of the Unicode sets, and 256 for each of the same with the
/// Unicode 14 collations. MariaDB: include/m_ctype.h, strings/ctype-uca.h (10.11, 11.8).
constexpr std::uint64_t kMariadbFirst = 576;
constexpr std::array<std::string_view, 5> kMariadb{"utf8mb3", "utf8mb4", "ucs2", "utf16", "utf32"};
constexpr std::uint64_t kNoPadFirst = 1024;  // NOPAD twin: 1024 more than the padding collation
constexpr std::uint64_t kUnicode14First = 2048;

}  // namespace

std::string_view charset_of_collation(std::uint64_t id) {
    if (id >= kUnicode14First) {
        const std::uint64_t set = (id - kUnicode14First) / 256;
        return set < kMariadb.size() ? kMariadb[set] : std::string_view{};
    }
    if (id >= kNoPadFirst) id -= kNoPadFirst;
    if (id >= kMariadbFirst) {
        const std::uint64_t set = (id - kMariadbFirst) / 32;
        return set < kMariadb.size() ? kMariadb[set] : std::string_view{};
    }
    const auto found = std::find_if(kRanges.begin(), kRanges.end(), [&](const R& range) {
        return range.first <= id && id <= range.last;
    });
    return found == kRanges.end() ? std::string_view{} : found->charset;
}

}  // namespace wisp::binlog
