// SPDX-License-Identifier: Apache-2.0
#include "binlog/server_log.h"

#include <algorithm>
#include <stdexcept>

#include "binlog/dump_channel.h"
#include "binlog/header.h"
#include "mysql/connection.h"
#include "mysql/replica.h"

namespace wisp::binlog {

namespace {

[[noreturn]] void refuse_without_log(const mysql::Connection& connection) {
    throw std::runtime_error(connection.endpoint().label() +
                             " writes no binlog; start it with --log-bin, or name files");
}

}  // namespace

std::int64_t begun_at(mysql::Connection& connection, const std::string& file) {
    DumpOptions options;
    options.endpoint = connection.endpoint();
    options.start = {file, 4};
    options.server_id = random_server_id(connection);
    options.stop_at_end = true;
    DumpChannel channel(options);
    for (auto event = channel.next(); !event.empty(); event = channel.next()) {
        const auto header = parse_header(event);
        if (header && header->type == EventType::kFormatDescription) return header->timestamp;
    }
    return 0;
}

std::vector<LogFile> log_files(mysql::Connection& connection) {
    std::vector<LogFile> files;
    for (const auto& row : connection.query("SHOW BINARY LOGS"))
        files.push_back({row.text(0), row.number(1)});
    if (files.empty()) refuse_without_log(connection);
    return files;
}

Position log_end(mysql::Connection& connection) {
    const auto status = mysql::binlog_status(connection);
    if (!status) refuse_without_log(connection);
    return {status->file, status->offset};
}

std::string file_of_time(mysql::Connection& connection, std::int64_t time) {
    const auto files = log_files(connection);
    const auto later = std::partition_point(
        files.begin() + 1, files.end(),
        [&](const LogFile& file) { return begun_at(connection, file.name) <= time; });
    return (later - 1)->name;
}

}  // namespace wisp::binlog
