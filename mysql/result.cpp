// SPDX-License-Identifier: Apache-2.0
#include "mysql/result.h"

#include <fmt/format.h>
#include <strings.h>

#include <algorithm>
#include <charconv>

#include "mysql/native.h"

namespace wisp::mysql {

std::optional<std::string> Row::optional_text(std::size_t i) const {
    if (is_null(i)) return std::nullopt;
    return text(i);
}

std::uint64_t Row::number(std::size_t i) const {
    const std::string_view cell = (*this)[i];
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(cell.data(), cell.data() + cell.size(), value);
    if (cell.empty() || error != std::errc{} || end != cell.data() + cell.size()) {
        throw Error(CR_UNKNOWN_ERROR, "HY000",
                    is_null(i) ? std::string("NULL") : fmt::format("'{}'", cell),
                    fmt::format("read column {} of a result as a number", i + 1));
    }
    return value;
}

void Result::Free::operator()(st_mysql_res* result) const {
    mysql_free_result(result);
}

Result::Result(st_mysql_res* result) : result_(result) {
    if (result == nullptr) return;
    const std::size_t width = mysql_num_fields(result);
    const std::size_t height = mysql_num_rows(result);
    const MYSQL_FIELD* fields = mysql_fetch_fields(result);
    columns_.reserve(width);
    for (std::size_t i = 0; i < width; ++i) columns_.emplace_back(fields[i].name);
    // Rows of a stored result stay where they are; their lengths are valid for the last row only,
    // so they are copied. Reserved in full, because rows keep pointers into it.
    lengths_.reserve(width * height);
    rows_.reserve(height);
    while (MYSQL_ROW cells = mysql_fetch_row(result)) {
        const unsigned long* lengths = mysql_fetch_lengths(result);
        const unsigned long* mine = lengths_.data() + lengths_.size();
        lengths_.insert(lengths_.end(), lengths, lengths + width);
        rows_.emplace_back(cells, mine, width);
    }
}

Result::Result(Result&&) noexcept = default;
Result& Result::operator=(Result&&) noexcept = default;
Result::~Result() = default;

std::optional<std::size_t> Result::column(std::string_view name) const {
    const auto same = [name](const std::string& column) {
        return column.size() == name.size() &&
               ::strncasecmp(column.data(), name.data(), name.size()) == 0;
    };
    const auto found = std::find_if(columns_.begin(), columns_.end(), same);
    if (found == columns_.end()) return std::nullopt;
    return static_cast<std::size_t>(found - columns_.begin());
}

}  // namespace wisp::mysql
