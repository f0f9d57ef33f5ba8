// SPDX-License-Identifier: Apache-2.0
#include "extract/utc_time.h"

#include <charconv>
#include <chrono>
#include <optional>

#include <fmt/format.h>

namespace wisp::extract {

namespace {

constexpr std::int64_t kMinute = 60;
constexpr std::int64_t kHour = 60 * kMinute;
constexpr std::int64_t kDay = 24 * kHour;

/// Reads a text from its left; every step that fails leaves it failed.
class Reader {
  public:
    explicit Reader(std::string_view text) : text_(text) {}
    [[nodiscard]] bool done() const { return ok_ && text_.empty(); }
    [[nodiscard]] bool ok() const { return ok_; }

    std::int64_t digits(std::size_t count, std::int64_t most = 9999) {
        std::int64_t number = 0;
        const auto part = text_.substr(0, count);
        const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), number);
        ok_ = ok_ && part.size() == count && error == std::errc{} && end == part.data() + count &&
              number >= 0 && number <= most;
        text_.remove_prefix(part.size());
        return number;
    }
    bool take(std::string_view word) {
        if (!text_.starts_with(word)) return false;
        text_.remove_prefix(word.size());
        return true;
    }
    void expect(std::string_view word) { ok_ = take(word) && ok_; }
    void spaces() {
        while (take(" ")) {
        }
    }

  private:
    std::string_view text_;
    bool ok_ = true;
};

std::optional<std::int64_t> read_date(Reader& in) {
    const auto year = static_cast<int>(in.digits(4));
    in.expect("-");
    const auto month = static_cast<unsigned>(in.digits(2));
    in.expect("-");
    const auto day = static_cast<unsigned>(in.digits(2));
    const std::chrono::year_month_day date{std::chrono::year{year}, std::chrono::month{month},
                                           std::chrono::day{day}};
    if (!in.ok() || !date.ok()) return std::nullopt;
    return std::chrono::sys_days{date}.time_since_epoch().count() * kDay;
}

/// hh:mm[:ss], after a blank or a T; nothing at all is midnight.
std::int64_t read_clock(Reader& in) {
    if (!in.take("T") && !in.take(" ")) return 0;
    const std::int64_t hour = in.digits(2, 23);
    in.expect(":");
    const std::int64_t minute = in.digits(2, 59);
    const std::int64_t second = in.take(":") ? in.digits(2, 59) : 0;
    return hour * kHour + minute * kMinute + second;
}

/// What is to be taken away for UTC.
std::int64_t read_offset(Reader& in) {
    in.spaces();
    if (in.take("Z") || in.take("UTC")) return 0;
    const bool east = in.take("+");
    if (!east && !in.take("-")) return 0;
    const std::int64_t hours = in.digits(2, 14);
    in.take(":");
    const std::int64_t seconds = hours * kHour + in.digits(2, 59) * kMinute;
    return east ? seconds : -seconds;
}

}  // namespace

std::string utc_text(std::int64_t seconds) {
    const std::int64_t days = seconds / kDay;
    const std::int64_t time = seconds % kDay;
    const std::chrono::year_month_day date{
        std::chrono::sys_days{std::chrono::days{static_cast<int>(days)}}};
    return fmt::format("{:04}-{:02}-{:02} {:02}:{:02}:{:02}", int{date.year()},
                       unsigned{date.month()}, unsigned{date.day()}, time / kHour,
                       time / kMinute % 60, time % 60);
}

Expected<std::int64_t> parse_time(std::string_view text) {
    if (text.starts_with('@')) {
        std::int64_t seconds = 0;
        const auto digits = text.substr(1);
        const auto [end, error] =
            std::from_chars(digits.data(), digits.data() + digits.size(), seconds);
        if (error == std::errc{} && end == digits.data() + digits.size() && seconds >= 0)
            return seconds;
    }
    Reader in(text);
    const auto date = read_date(in);
    const std::int64_t clock = date ? read_clock(in) : 0;
    const std::int64_t offset = date ? read_offset(in) : 0;
    if (!date || !in.done())
        return Unexpected(fmt::format(
            "\"{}\" is no time: write 2026-11-03 10:11:12 for UTC, 2026-11-03 10:11:12+02:00, or "
            "@SECONDS since 1970",
            text));
    return *date + clock - offset;
}

}  // namespace wisp::extract
