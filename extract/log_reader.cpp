// SPDX-License-Identifier: Apache-2.0
#include "extract/log_reader.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>

#include "base/log.h"
#include "binlog/dump_channel.h"
#include "binlog/dump_to.h"
#include "binlog/file_source.h"
#include "binlog/header.h"
#include "binlog/server_log.h"
#include "mysql/connection.h"

namespace wisp::extract {

namespace {

constexpr std::uint64_t kFileStart = 4;
constexpr std::int64_t kSlack = 3600;

std::string base_name(const std::string& path) {
    return path == "-" ? "stdin" : path.substr(path.find_last_of('/') + 1);
}

/// True if a file begins here that was begun too late to hold anything of interest.
bool begins_after(std::span<const std::uint8_t> event, std::optional<std::int64_t> stop_time) {
    if (!stop_time) return false;
    const auto header = binlog::parse_header(event);
    return header && header->type == binlog::EventType::kFormatDescription &&
           header->timestamp > *stop_time + kSlack;
}

binlog::Position with_file(binlog::Position position, const std::string& file) {
    if (position.file.empty() && position.offset != 0) position.file = file;
    return position;
}

}  // namespace

LogReader::LogReader(LogRange range, binlog::DecoderOptions options)
    : range_(std::move(range)), decoder_({}, std::move(options)) {}

void LogReader::run(const std::stop_token& stop, const Deliver& deliver) {
    if (range_.files.empty())
        read_server(stop, deliver);
    else
        read_files(stop, deliver);
}

bool LogReader::past_stop() const {
    const auto& at = decoder_.received_position();
    return !stop_.file.empty() && at.file == stop_.file && at.offset >= stop_.offset;
}

LogReader::Step LogReader::feed(std::span<const std::uint8_t> event, const Deliver& deliver) {
    if (begins_after(event, range_.stop_time)) return Step::kEnd;
    const std::uint64_t before = decoder_.received_position().offset;
    auto done = decoder_.feed(event);
    if (!done)
        throw std::runtime_error(done.error() +
                                 ". Read up to it with --stop-position, or on behind it with "
                                 "--start-position");
    if (!*done) return Step::kGoOn;
    last_event_ = before;
    // A transaction that goes on behind the stop is not wanted.
    const auto& end = (*done)->end;
    if (end.file == stop_.file && end.offset > stop_.offset) return Step::kEnd;
    return deliver(std::move(**done)) ? Step::kGoOn : Step::kEnd;
}

void LogReader::read_files(const std::stop_token& stop, const Deliver& deliver) {
    stop_ = with_file(range_.stop, base_name(range_.files.back()));
    const auto start = with_file(range_.start, base_name(range_.files.front()));
    const auto is_given = [&](const std::string& name) {
        return std::any_of(range_.files.begin(), range_.files.end(),
                           [&](const auto& file) { return base_name(file) == name; });
    };
    if (!stop_.file.empty() && !is_given(stop_.file))
        throw std::runtime_error(fmt::format(
            "the stop position {} names a file that is not among those given", stop_.text()));
    auto path = range_.files.begin();
    if (!start.file.empty()) {
        path = std::find_if(path, range_.files.end(),
                            [&](const auto& file) { return base_name(file) == start.file; });
        if (path == range_.files.end())
            throw std::runtime_error(fmt::format(
                "the start position {} names a file that is not among those given", start.text()));
    }
    std::uint64_t offset = std::max(start.offset, kFileStart);
    for (; path != range_.files.end(); ++path, offset = kFileStart) {
        const bool last = base_name(*path) == stop_.file;
        if (read_file(*path, offset, stop, deliver) == Step::kEnd || last) return;
    }
}

LogReader::Step LogReader::read_file(const std::string& path, std::uint64_t offset,
                                     const std::stop_token& stop, const Deliver& deliver) {
    binlog::FileSource source(path, offset);
    decoder_.start_file(source.file_name(), offset);
    try {
        while (!stop.stop_requested() && !past_stop()) {
            const auto event = source.next();
            if (event.empty()) return Step::kGoOn;
            if (feed(event, deliver) == Step::kEnd) return Step::kEnd;
        }
    } catch (const binlog::FileCutOff& cut) {
        // The server still writes it, or died: what is complete counts.
        log::warn("{}; everything before that was read", cut.what());
        return Step::kGoOn;
    }
    return Step::kEnd;
}

void LogReader::read_server(const std::stop_token& stop, const Deliver& deliver) {
    mysql::Connection connection(*range_.server, mysql::Session{});
    const auto end = binlog::log_end(connection);
    stop_ = range_.stop.empty() ? end : range_.stop;
    binlog::DumpOptions options;
    options.endpoint = *range_.server;
    options.start = range_.start.empty()
                        ? binlog::Position{binlog::log_files(connection).front().name, kFileStart}
                        : range_.start;
    options.server_id = binlog::random_server_id(connection);
    if (end < options.start)
        throw std::runtime_error(
            fmt::format("the start position {} lies behind the end of {}'s binlog, {}",
                        options.start.text(), range_.server->label(), end.text()));
    if (stop_ < options.start)
        throw std::runtime_error(fmt::format("the stop position {} lies before the start, {}",
                                             stop_.text(), options.start.text()));
    if (end < stop_) log::warn("the binlog ends at {}, before {}", end.text(), stop_.text());
    decoder_.start_file(options.start.file, options.start.offset);
    binlog::dump_to(
        options, decoder_, std::min(stop_, end), stop,
        [&](std::span<const std::uint8_t> event) { return feed(event, deliver) == Step::kGoOn; });
}

}  // namespace wisp::extract
