// SPDX-License-Identifier: Apache-2.0
#include "throttle/knob_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <functional>
#include <utility>

#include "throttle/disk.h"
#include "throttle/http.h"

namespace wisp::throttle {
namespace {

struct Row {
    std::string_view name;
    /// Fails with what is wrong, without the name.
    std::function<Expected<void>(Knobs&, const std::string&)> set;
    std::function<std::string(const Knobs&)> text;
};

template <typename T>
Expected<T> number(const std::string& text) {
    T value{};
    const char* const end = text.data() + text.size();
    const auto parsed = std::from_chars(text.data(), end, value);
    if (text.empty() || parsed.ec != std::errc{} || parsed.ptr != end) {
        return Unexpected("\"" + text + "\" is no number");
    }
    return value;
}

/// A whole number of milliseconds or seconds.
template <typename Time>
Row time_row(std::string_view name, Time Knobs::*member, long long low, long long high) {
    return {name,
            [=](Knobs& knobs, const std::string& text) -> Expected<void> {
                const auto value = number<long long>(text);
                if (!value) return Unexpected(value.error());
                if (*value < low || *value > high) {
                    return Unexpected(
                        fmt::format("{} is out of range; give {} to {}", text, low, high));
                }
                knobs.*member = Time(*value);
                return {};
            },
            [=](const Knobs& knobs) { return std::to_string((knobs.*member).count()); }};
}

Row text_row(std::string_view name, std::string Knobs::*member) {
    return {name,
            [=](Knobs& knobs, const std::string& text) -> Expected<void> {
                knobs.*member = text;
                return {};
            },
            [=](const Knobs& knobs) { return knobs.*member; }};
}

Row load_row(std::string_view name, LoadLimits Knobs::*member) {
    return {name,
            [=](Knobs& knobs, const std::string& text) -> Expected<void> {
                auto limits = parse_load_limits(text);
                if (!limits) return Unexpected(limits.error());
                knobs.*member = std::move(*limits);
                return {};
            },
            [=](const Knobs& knobs) { return to_string(knobs.*member); }};
}

Row nice_row() {
    return {"nice-ratio",
            [](Knobs& knobs, const std::string& text) -> Expected<void> {
                const auto ratio = number<double>(text);
                if (!ratio) return Unexpected(ratio.error());
                if (!(*ratio >= 0 && *ratio <= 100)) {
                    return Unexpected(text + " is out of range; give 0 to 100");
                }
                knobs.nice_ratio = *ratio;
                return {};
            },
            [](const Knobs& knobs) { return fmt::format("{}", knobs.nice_ratio); }};
}

Row control_replicas_row() {
    return {"throttle-control-replicas",
            [](Knobs& knobs, const std::string& text) -> Expected<void> {
                auto replicas = parse_addresses(text);
                if (!replicas) return Unexpected(replicas.error());
                knobs.control_replicas = std::move(*replicas);
                return {};
            },
            [](const Knobs& knobs) { return to_string(knobs.control_replicas); }};
}

Row replicas_row() {
    return {"throttle-replicas",
            [](Knobs& knobs, const std::string& text) -> Expected<void> {
                if (text != "auto" && text != "off" && !text.empty()) {
                    return Unexpected("\"" + text + "\" is none of auto, off");
                }
                knobs.find_replicas = text == "auto";
                return {};
            },
            [](const Knobs& knobs) { return std::string(knobs.find_replicas ? "auto" : "off"); }};
}

Row http_row() {
    return {"throttle-http",
            [](Knobs& knobs, const std::string& text) -> Expected<void> {
                if (!text.empty()) {
                    if (auto good = check_http_url(text); !good) return good;
                }
                knobs.http = text;
                return {};
            },
            [](const Knobs& knobs) { return knobs.http; }};
}

Row ignore_row() {
    return {"ignore-http-errors",
            [](Knobs& knobs, const std::string& text) -> Expected<void> {
                if (text != "true" && text != "false") {
                    return Unexpected("\"" + text + "\" is none of true, false");
                }
                knobs.ignore_http_errors = text == "true";
                return {};
            },
            [](const Knobs& knobs) {
                return std::string(knobs.ignore_http_errors ? "true" : "false");
            }};
}

Row disk_row() {
    return {"min-free-disk",
            [](Knobs& knobs, const std::string& text) -> Expected<void> {
                const auto bytes = text.empty() ? Expected<std::uint64_t>(0) : parse_bytes(text);
                if (!bytes) return Unexpected(bytes.error());
                knobs.min_free_disk = *bytes;
                return {};
            },
            [](const Knobs& knobs) { return bytes_text(knobs.min_free_disk); }};
}

const std::vector<Row>& rows() {
    constexpr long long kHour = 3'600'000;
    constexpr long long kDay = 86'400;
    static const std::vector<Row> rows{
        time_row("max-lag-millis", &Knobs::max_lag, 100, kHour),
        control_replicas_row(),
        replicas_row(),
        load_row("max-load", &Knobs::max_load),
        load_row("critical-load", &Knobs::critical_load),
        time_row("critical-load-interval-millis", &Knobs::critical_load_interval, 0, kHour),
        time_row("critical-load-hibernate-seconds", &Knobs::critical_load_hibernate, 0, kDay),
        time_row("max-commit-latency-millis", &Knobs::max_commit_latency, 0, kHour),
        disk_row(),
        text_row("throttle-query", &Knobs::query),
        http_row(),
        time_row("throttle-http-interval-millis", &Knobs::http_interval, 10, kHour),
        time_row("throttle-http-timeout-millis", &Knobs::http_timeout, 10, kHour),
        ignore_row(),
        nice_row(),
        text_row("throttle-flag-file", &Knobs::flag_file),
        text_row("throttle-additional-flag-file", &Knobs::additional_flag_file),
        text_row("panic-flag-file", &Knobs::panic_flag_file),
    };
    return rows;
}

const Row* find(std::string_view name) {
    const auto row = std::find_if(rows().begin(), rows().end(),
                                  [&](const Row& known) { return known.name == name; });
    return row == rows().end() ? nullptr : &*row;
}

}  // namespace

std::vector<std::string> knob_names() {
    std::vector<std::string> names;
    for (const Row& row : rows()) names.emplace_back(row.name);
    return names;
}

Expected<void> set_knob(Knobs& knobs, std::string_view name, std::string_view text) {
    const Row* const row = find(name);
    if (row == nullptr) return Unexpected(fmt::format("{} is nothing that can be set", name));
    if (auto set = row->set(knobs, std::string(text)); !set) {
        return Unexpected(fmt::format("{}: {}", name, set.error()));
    }
    return {};
}

Expected<void> set_knob(const SharedKnobs& knobs, std::string_view name, std::string_view text) {
    return knobs->write([&](Knobs& k) { return set_knob(k, name, text); });
}

std::optional<std::string> knob_text(const Knobs& knobs, std::string_view name) {
    const Row* const row = find(name);
    if (row == nullptr) return std::nullopt;
    return row->text(knobs);
}

}  // namespace wisp::throttle
