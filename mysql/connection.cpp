// SPDX-License-Identifier: Apache-2.0
#include "mysql/connection.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <charconv>
#include <map>
#include <mutex>
#include <utility>

#include "base/check.h"
#include "mysql/login.h"
#include "mysql/native.h"

namespace wisp::mysql {
namespace {

constexpr unsigned kNoSuchThread = 1094;    // ER_NO_SUCH_THREAD
constexpr unsigned kPacketTooLarge = 1153;  // ER_NET_PACKET_TOO_LARGE

std::uint64_t number_after(std::string_view text, std::string_view word) {
    const auto at = text.find(word);
    if (at == std::string_view::npos) return 0;
    text.remove_prefix(at + word.size());
    std::uint64_t value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

std::atomic<std::uint64_t>& sent_to(const Endpoint& endpoint) {
    static std::mutex mutex;
    static std::map<std::string, std::atomic<std::uint64_t>> counts;  // never erased
    const std::scoped_lock lock(mutex);
    return counts[endpoint.label()];
}

}  // namespace

Executed parse_info(std::string_view info) {
    Executed executed;
    executed.records = number_after(info, "Records: ");
    executed.duplicates = number_after(info, "Duplicates: ");
    return executed;
}

std::string shortened(std::string_view sql) {
    constexpr std::size_t kMost = 200;
    constexpr std::string_view kEllipsis = "…";
    std::string text(sql.substr(0, kMost));
    if (sql.size() > kMost) {
        text.resize(kMost - kEllipsis.size());
        // Not in the middle of a character: UTF-8's following bytes are 10xxxxxx.
        const auto follows = [](char c) {
            return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
        };
        std::size_t end = text.size();
        while (end > 0 && follows(sql[end])) --end;
        text.resize(end);
        text += kEllipsis;
    }
    for (char& c : text) {
        if (static_cast<unsigned char>(c) < ' ') c = ' ';
    }
    return text;
}

Error statement_error(st_mysql* handle, const std::string& doing, Where where) {
    unsigned code = mysql_errno(handle);
    if (code == CR_SSL_CONNECTION_ERROR) code = CR_SERVER_LOST;
    return {code, mysql_sqlstate(handle), mysql_error(handle), doing, where};
}

// The second descriptor of the socket is what cancel() shuts down: the library closes its own when
// a connection breaks, and the number may then belong to somebody else.
struct Connection::Native {
    Native(Handle handle_in, int socket, std::atomic<std::uint64_t>& sent_in)
        : handle(std::move(handle_in)), socket_copy(socket), sent(sent_in) {}
    Native(const Native&) = delete;
    Native& operator=(const Native&) = delete;
    ~Native() {
        handle.reset();
        ::close(socket_copy);
    }

    Handle handle;
    const int socket_copy;
    std::atomic<bool> cancelled{false};
    std::atomic<std::uint64_t>& sent;  // statements_sent() of this address
};

Connection::Connection(Endpoint endpoint, const Session& session, Where where)
    : endpoint_(std::move(endpoint)) {
    Handle handle = log_in(endpoint_, where);
    const int copy = ::fcntl(socket_of(handle.get()), F_DUPFD_CLOEXEC, 0);
    if (copy < 0) {
        throw Error(CR_UNKNOWN_ERROR, "HY000", "the process is out of file descriptors",
                    doing("connect"), where);
    }
    native_ = std::make_unique<Native>(std::move(handle), copy, sent_to(endpoint_));
    usable_ = true;
    prepare(session, where);
}

Connection::~Connection() {
    // mysql_close() may run in another thread than the one that connected.
    enter_library();
    if (usable_) native_->sent.fetch_add(1, std::memory_order_relaxed);  // the goodbye
}

void Connection::prepare(const Session& session, Where where) {
    // The greeting has a version and an id too, but proxies make both up.
    const Result about =
        query("SELECT @@version, @@version_comment, CONNECTION_ID(), @@max_allowed_packet", where);
    server_ = parse_server_version(about[0][0], about[0][1]);
    id_ = about[0].number(2);
    // A packet must be smaller than the limit; a byte of it says "query", and libmysqlclient adds
    // two that say "no query attributes".
    max_statement_bytes_ = about[0].number(3) - 4;
    for (const std::string& sql : session_statements(session, server_)) execute(sql, where);
    // With libmysqlclient on MariaDB 10.11 or MySQL 5.6 the session would be latin1 while the
    // library says utf8mb4: the handshake's collation 255 is unknown there, and nobody complains.
    const Result charsets =
        query("SELECT @@character_set_client, @@character_set_connection, @@character_set_results",
              where);
    for (std::size_t i = 0; i < charsets[0].size(); ++i) {
        if (charsets[0][i] == "utf8mb4") continue;
        throw Error(CR_CANT_READ_CHARSET, "HY000",
                    fmt::format("{} is '{}' after SET NAMES utf8mb4", charsets.columns()[i],
                                charsets[0][i]),
                    doing("connect"), where);
    }
}

std::string Connection::doing(std::string_view sql) const {
    return fmt::format("{} on {}", shortened(sql), endpoint_.label());
}

void Connection::demand_ready(std::string_view sql, Where where) const {
    WISP_CHECK(in_flight_.empty(), "a started statement must be finished before the next");
    if (!usable_) {
        throw Error(CR_SERVER_GONE_ERROR, "HY000", "the connection was lost earlier", doing(sql),
                    where);
    }
    if (sql.size() > max_statement_bytes_) {
        throw Error(
            kPacketTooLarge, "08S01",
            fmt::format("a statement of {} bytes; the server's max_allowed_packet allows {}",
                        sql.size(), max_statement_bytes_),
            doing(sql), where);
    }
}

void Connection::fail(std::string_view sql, Where where) {
    Error error = statement_error(native_->handle.get(), doing(sql), where);
    if (!error.connection_usable()) {
        usable_ = false;
        // Our copy keeps the socket open after the library has closed its own: the server is to see
        // the end now, and let go of the session's locks.
        cancel();
    }
    throw error;
}

std::uint64_t statements_sent(const Endpoint& endpoint) {
    return sent_to(endpoint).load(std::memory_order_relaxed);
}

void Connection::send(std::string_view sql, Where where) {
    enter_library();
    demand_ready(sql, where);
    native_->sent.fetch_add(1, std::memory_order_relaxed);
    if (mysql_real_query(native_->handle.get(), sql.data(), sql.size()) != 0) fail(sql, where);
}

Result Connection::receive(std::string_view sql, Executed& executed, Where where) {
    st_mysql* const handle = native_->handle.get();
    MYSQL_RES* stored = mysql_store_result(handle);
    // Some errors come only here: 1317 and 3572, depending on the server.
    if (stored == nullptr && mysql_errno(handle) != 0) fail(sql, where);
    Result result(stored);
    if (stored == nullptr) {
        if (const char* info = mysql_info(handle)) executed = parse_info(info);
        executed.affected_rows = mysql_affected_rows(handle);
    }
    executed.warnings = mysql_warning_count(handle);
    drain(sql, where);
    return result;
}

// A procedure sends its result sets and then a status: read, or the next statement gets 2014.
void Connection::drain(std::string_view sql, Where where) {
    st_mysql* const handle = native_->handle.get();
    while (mysql_more_results(handle) != 0) {
        if (mysql_next_result(handle) > 0) fail(sql, where);
        const Result dropped(mysql_store_result(handle));
        if (mysql_errno(handle) != 0) fail(sql, where);
    }
}

Result Connection::query(std::string_view sql, Where where) {
    send(sql, where);
    Executed unused;
    return receive(sql, unused, where);
}

Executed Connection::execute(std::string_view sql, Where where) {
    send(sql, where);
    Executed executed;
    receive(sql, executed, where);
    return executed;
}

std::optional<std::string> Connection::scalar(std::string_view sql, Where where) {
    const Result result = query(sql, where);
    if (result.empty() || result.columns().empty()) return std::nullopt;
    return result[0].optional_text(0);
}

std::vector<std::string> Connection::warnings(Where where) {
    std::vector<std::string> texts;
    for (const Row& row : query("SHOW WARNINGS", where)) {  // Level, Code, Message
        texts.push_back(fmt::format("{} {}", row[1], row[2]));
    }
    return texts;
}

void Connection::start(std::string_view sql, Where where) {
    enter_library();
    demand_ready(sql, where);
    native_->sent.fetch_add(1, std::memory_order_relaxed);
    if (mysql_send_query(native_->handle.get(), sql.data(), sql.size()) != 0) fail(sql, where);
    in_flight_ = shortened(sql);
}

Executed Connection::finish(Where where) {
    enter_library();
    WISP_CHECK(!in_flight_.empty(), "finish() without start()");
    const std::string sql = std::exchange(in_flight_, {});
    if (mysql_read_query_result(native_->handle.get()) != 0) fail(sql, where);
    Executed executed;
    receive(sql, executed, where);
    return executed;
}

void Connection::cancel() noexcept {
    native_->cancelled = true;
    ::shutdown(native_->socket_copy, SHUT_RDWR);
}

bool Connection::cancelled() const {
    return native_->cancelled;
}

std::string Connection::cipher() const {
    return cipher_of(native_->handle.get());
}

std::string Connection::quote(std::string_view text) const {
    std::string quoted(2 * text.size() + 3, '\'');
    const unsigned long length = mysql_real_escape_string(native_->handle.get(), quoted.data() + 1,
                                                          text.data(), text.size());
    quoted.resize(length + 1);
    quoted += '\'';
    return quoted;
}

st_mysql* Connection::native() const {
    return native_->handle.get();
}

namespace {

void kill(Connection& by, const std::string& sql) {
    try {
        by.execute(sql);
    } catch (const Error& error) {
        if (error.code() != kNoSuchThread) throw;
    }
}

}  // namespace

void kill_connection(Connection& by, std::uint64_t id) {
    kill(by, fmt::format("KILL CONNECTION {}", id));
}

void kill_query(Connection& by, std::uint64_t id) {
    kill(by, fmt::format("KILL QUERY {}", id));
}

}  // namespace wisp::mysql
