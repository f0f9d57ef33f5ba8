// SPDX-License-Identifier: Apache-2.0
#include "tests/db/type_columns.h"

#include <fmt/format.h>

namespace wisp::test {

TypeColumns clock_columns(const std::string& earliest) {
    TypeColumns columns;
    for (unsigned n = 0; n <= 6; ++n) {
        columns.push_back({fmt::format("TIME({})", n),
                           {"'-838:59:59'", "'838:59:59'", "'-00:00:00.999999'"},
                           [=](RandomValues& r) { return r.time(n); }});
        columns.push_back({fmt::format("DATETIME({})", n),
                           {"'0000-00-00 00:00:00'", "'9999-12-31 23:59:59'", "'2020-00-01 1:2:3'"},
                           [=](RandomValues& r) { return r.datetime(n); }});
        columns.push_back({fmt::format("TIMESTAMP({})", n),
                           {"'0000-00-00 00:00:00'", earliest, "'2038-01-19 3:14:7'"},
                           [=](RandomValues& r) { return r.timestamp(n); }});
    }
    return columns;
}

std::vector<TypeColumns> text_columns(mysql::Connection& connection) {
    constexpr std::size_t kOneTable = 12;
    std::vector<TypeColumns> tables(1);
    for (const auto& row : connection.query("SHOW CHARACTER SET")) {
        const std::string charset = row.text(0);
        if (charset == "binary") continue;
        const std::string suffix = " CHARACTER SET " + charset;
        const auto text = [&](std::size_t most) {
            return Generator([=](RandomValues& r) { return r.text(charset, most); });
        };
        if (tables.back().size() >= kOneTable) tables.emplace_back();
        TypeColumns& columns = tables.back();
        columns.push_back({"CHAR(9)" + suffix, {"''", "'x  '"}, text(9)});
        columns.push_back({"TEXT" + suffix, {"''"}, text(100)});
        columns.push_back({"VARCHAR(70)" + suffix, {"'  '"}, text(70)});
    }
    return tables;
}

}  // namespace wisp::test
