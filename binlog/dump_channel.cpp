// SPDX-License-Identifier: Apache-2.0
#include "binlog/dump_channel.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <limits>
#include <random>
#include <string_view>

#include <fmt/format.h>

#include "binlog/gtid.h"
#include "mysql/connection.h"
#include "mysql/error.h"
#include "mysql/native.h"
#include "mysql/replica.h"

namespace wisp::binlog {

namespace {

constexpr std::uint16_t kNonBlocking = 1;  // BINLOG_DUMP_NON_BLOCK: end of file ends the dump

std::string fresh_uuid() {
    std::random_device random;
    std::array<std::uint8_t, 16> bytes{};
    for (auto& byte : bytes) byte = static_cast<std::uint8_t>(random());
    return uuid_digits(bytes);
}

std::unique_ptr<mysql::Connection> dump_connection(const DumpOptions& options) {
    return std::make_unique<mysql::Connection>(
        DumpChannel::dump_endpoint(options.endpoint, options.heartbeat), mysql::Session{});
}

}  // namespace

struct DumpChannel::Native {
    std::atomic<bool> cancelled = false;
    std::string file;  // Oracle's library keeps a pointer to it
#if !DB_CLIENT_MARIADB
    MYSQL_RPL dump{};
#endif
};

mysql::Endpoint DumpChannel::dump_endpoint(mysql::Endpoint endpoint,
                                           std::chrono::milliseconds heartbeat) {
    constexpr std::chrono::seconds kLeast{10};
    const auto patience = std::chrono::ceil<std::chrono::seconds>(heartbeat * 10);
    endpoint.io_timeout = std::max(kLeast, patience);
    return endpoint;
}

DumpChannel::DumpChannel(const DumpOptions& options)
    : DumpChannel(dump_connection(options), options) {}

DumpChannel::DumpChannel(std::unique_ptr<mysql::Connection> connection, DumpOptions options)
    : options_(std::move(options)),
      connection_(std::move(connection)),
      native_(std::make_unique<Native>()) {
    announce();
    send_dump();
}

DumpChannel::~DumpChannel() {
    // The dump never ends by itself: without this the library would wait to say goodbye.
    connection_->cancel();
}

// The @master_ names are the ones every server knows. The checksum is announced as the server's
// own; the FORMAT_DESCRIPTION then decides. Without a long net_write_timeout the server drops a
// reader that is held up by back pressure for a minute.
void DumpChannel::announce() {
    const auto heartbeat =
        std::chrono::duration_cast<std::chrono::nanoseconds>(options_.heartbeat).count();
    connection_->execute("SET @master_binlog_checksum = @@global.binlog_checksum");
    connection_->execute(fmt::format("SET @master_heartbeat_period = {}", heartbeat));
    connection_->execute(fmt::format("SET @slave_uuid = '{}'", fresh_uuid()));
    connection_->execute("SET SESSION net_write_timeout = 86400");
    if (connection_->server().mariadb()) connection_->execute("SET @mariadb_slave_capability = 4");
}

void DumpChannel::send_dump() {
    if (options_.start.offset > std::numeric_limits<std::uint32_t>::max())
        throw mysql::Error(0, "HY000",
                           "the dump command takes offsets below 4 GiB only; run FLUSH BINARY LOGS "
                           "on the server and start in the new file",
                           fmt::format("reading the binlog of {} from {}",
                                       options_.endpoint.label(), options_.start.text()));
    const auto offset = static_cast<std::uint32_t>(options_.start.offset);
    const auto flags = options_.stop_at_end ? kNonBlocking : std::uint16_t{0};
    native_->file = options_.start.file;
    st_mysql* handle = connection_->native();
#if DB_CLIENT_MARIADB
    std::string command;
    const auto append = [&](std::uint32_t value, unsigned bytes) {
        for (unsigned i = 0; i < bytes; ++i) command += static_cast<char>(value >> 8 * i & 0xffU);
    };
    append(offset, 4);
    append(flags, 2);
    append(options_.server_id, 4);
    command += native_->file;
    const int failed = handle->methods->db_command(handle, COM_BINLOG_DUMP, command.data(),
                                                   command.size(), 1, nullptr);
#else
    native_->dump.file_name = native_->file.data();
    native_->dump.file_name_length = native_->file.size();
    native_->dump.start_position = offset;
    native_->dump.server_id = options_.server_id;
    native_->dump.flags = flags;
    const int failed = mysql_binlog_open(handle, &native_->dump);
#endif
    if (failed != 0)
        throw mysql::statement_error(handle, "asking " + options_.endpoint.label() +
                                                 " for its binlog from " + options_.start.text());
}

std::span<const std::uint8_t> DumpChannel::next() {
    st_mysql* handle = connection_->native();
    if (native_->cancelled) return {};
    const auto failure = [&] {
        return mysql::statement_error(handle, "reading the binlog of " + options_.endpoint.label());
    };
#if DB_CLIENT_MARIADB
    const unsigned long size = mysql_net_read_packet(handle);
    if (size == packet_error) {
        if (native_->cancelled) return {};
        throw failure();
    }
    const unsigned char* packet = handle->net.read_pos;
    if (size < 9 && packet[0] == 0xfe) return {};  // EOF packet
#else
    if (mysql_binlog_fetch(handle, &native_->dump) != 0) {
        if (native_->cancelled) return {};
        throw failure();
    }
    if (native_->dump.size == 0) return {};
    const unsigned char* packet = native_->dump.buffer;
    const unsigned long size = native_->dump.size;
#endif
    if (size == 0 || packet[0] != 0)
        throw mysql::Error(0, "HY000", fmt::format("unexpected packet of {} bytes", size),
                           "reading the binlog of " + options_.endpoint.label());
    return {packet + 1, size - 1};
}

void DumpChannel::cancel() noexcept {
    native_->cancelled = true;
    connection_->cancel();
}

std::uint32_t random_server_id(mysql::Connection& connection) {
    auto used = mysql::replica_server_ids(connection);
    if (const auto own = connection.scalar("SELECT @@server_id"))
        used.push_back(static_cast<std::uint32_t>(std::stoul(*own)));
    std::random_device random;
    std::uniform_int_distribution<std::uint32_t> upper_half(0x80000000U, 0xfffffffeU);
    while (true) {
        const std::uint32_t id = upper_half(random);
        if (std::find(used.begin(), used.end(), id) == used.end()) return id;
    }
}

}  // namespace wisp::binlog
