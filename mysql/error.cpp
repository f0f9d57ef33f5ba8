// SPDX-License-Identifier: Apache-2.0
#include "mysql/error.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace wisp::mysql {
namespace {

enum class After : bool { kConnectionLives, kConnectionDies };

struct Meaning {
    unsigned code;
    ErrorKind kind;
    After after = After::kConnectionLives;
};

constexpr auto kLives = After::kConnectionLives;
constexpr auto kDies = After::kConnectionDies;

// The one place where numbers get a meaning; every other number is kFatal on a living connection.
// Names: mysqld_error.h and errmsg.h of MySQL 9.7, share/errmsg-utf8.txt of MariaDB 11.8. A number
// that only one family has says so. From 4000 on the families give numbers independently.
constexpr std::array kMeanings = {
    // Locks: the statement or transaction was rolled back and may be run again.
    Meaning{1020, ErrorKind::kLock},  // ER_CHECKREAD: MariaDB with innodb_snapshot_isolation
    Meaning{1205, ErrorKind::kLock},  // ER_LOCK_WAIT_TIMEOUT; MariaDB also for NOWAIT
    Meaning{1213, ErrorKind::kLock},  // ER_LOCK_DEADLOCK; Galera's certification failure too
    Meaning{1613, ErrorKind::kLock},  // ER_XA_RBTIMEOUT
    Meaning{1614, ErrorKind::kLock},  // ER_XA_RBDEADLOCK
    Meaning{1637, ErrorKind::kLock},  // ER_TOO_MANY_CONCURRENT_TRXS: no undo slot free now
    Meaning{3058, ErrorKind::kLock},  // ER_USER_LOCK_DEADLOCK: GET_LOCK (MySQL)
    Meaning{3101, ErrorKind::kLock},  // ER_TRANSACTION_ROLLBACK_DURING_COMMIT: group replication
    Meaning{3572, ErrorKind::kLock},  // ER_LOCK_NOWAIT (MySQL 8)

    // Duplicates.
    Meaning{1022, ErrorKind::kDuplicate},  // ER_DUP_KEY: an engine without the key's name
    Meaning{1062, ErrorKind::kDuplicate},  // ER_DUP_ENTRY
    Meaning{1169, ErrorKind::kDuplicate},  // ER_DUP_UNIQUE
    Meaning{1586, ErrorKind::kDuplicate},  // ER_DUP_ENTRY_WITH_KEY_NAME
    Meaning{1859, ErrorKind::kDuplicate},  // ER_DUP_UNKNOWN_IN_INDEX: found by an online ALTER

    // The statement was ended on request; its transaction is still open (1317 may roll it back).
    Meaning{1317, ErrorKind::kTimeout},  // ER_QUERY_INTERRUPTED: KILL QUERY
    Meaning{1969, ErrorKind::kTimeout},  // ER_STATEMENT_TIMEOUT: max_statement_time (MariaDB)
    Meaning{3024, ErrorKind::kTimeout},  // ER_QUERY_TIMEOUT: max_execution_time (MySQL)

    // No connection, said by the client library.
    Meaning{2002, ErrorKind::kLost, kDies},  // CR_CONNECTION_ERROR: nobody listens (Connector/C)
    Meaning{2003, ErrorKind::kLost, kDies},  // CR_CONN_HOST_ERROR: the same (libmysqlclient)
    Meaning{2005, ErrorKind::kLost, kDies},  // CR_UNKNOWN_HOST: the name service may be back soon
    Meaning{2006, ErrorKind::kLost, kDies},  // CR_SERVER_GONE_ERROR
    Meaning{2012, ErrorKind::kLost, kDies},  // CR_SERVER_HANDSHAKE_ERR
    Meaning{2013, ErrorKind::kLost, kDies},  // CR_SERVER_LOST: broken, read timeout, cancel()
    Meaning{2014, ErrorKind::kLost, kDies},  // CR_COMMANDS_OUT_OF_SYNC: the stream is unreadable
    Meaning{2027, ErrorKind::kLost, kDies},  // CR_MALFORMED_PACKET
    Meaning{2055, ErrorKind::kLost, kDies},  // CR_SERVER_LOST_EXTENDED: at a stage of the login

    // No connection, said by the server.
    Meaning{1040, ErrorKind::kLost, kDies},  // ER_CON_COUNT_ERROR: full now, maybe not later
    Meaning{1042, ErrorKind::kLost, kDies},  // ER_BAD_HOST_ERROR: the server's own name look-up
    Meaning{1043, ErrorKind::kLost, kDies},  // ER_HANDSHAKE_ERROR
    Meaning{1053, ErrorKind::kLost, kDies},  // ER_SERVER_SHUTDOWN
    Meaning{1152, ErrorKind::kLost, kDies},  // ER_ABORTING_CONNECTION
    Meaning{1156, ErrorKind::kLost, kDies},  // ER_NET_PACKETS_OUT_OF_ORDER
    Meaning{1157, ErrorKind::kLost, kDies},  // ER_NET_UNCOMPRESS_ERROR
    Meaning{1158, ErrorKind::kLost, kDies},  // ER_NET_READ_ERROR
    Meaning{1159, ErrorKind::kLost, kDies},  // ER_NET_READ_INTERRUPTED: net_read_timeout
    Meaning{1160, ErrorKind::kLost, kDies},  // ER_NET_ERROR_ON_WRITE
    Meaning{1161, ErrorKind::kLost, kDies},  // ER_NET_WRITE_INTERRUPTED: net_write_timeout
    Meaning{1184, ErrorKind::kLost, kDies},  // ER_NEW_ABORTING_CONNECTION
    Meaning{1203, ErrorKind::kLost, kDies},  // ER_TOO_MANY_USER_CONNECTIONS: as 1040
    Meaning{1927, ErrorKind::kLost, kDies},  // ER_CONNECTION_KILLED (MariaDB)
    Meaning{3169, ErrorKind::kLost, kDies},  // ER_SESSION_WAS_KILLED (MySQL)
    Meaning{4031, ErrorKind::kLost, kDies},  // ER_CLIENT_INTERACTION_TIMEOUT: wait_timeout (MySQL);
                                             // MariaDB's 4031 belongs to CREATE TRIGGER

    // Refused at the login.
    Meaning{1045, ErrorKind::kRefused},         // ER_ACCESS_DENIED_ERROR; a statement's too
    Meaning{1129, ErrorKind::kRefused, kDies},  // ER_HOST_IS_BLOCKED: FLUSH HOSTS needed
    Meaning{1130, ErrorKind::kRefused, kDies},  // ER_HOST_NOT_PRIVILEGED
    Meaning{1251, ErrorKind::kRefused, kDies},  // ER_NOT_SUPPORTED_AUTH_MODE
    Meaning{1524, ErrorKind::kRefused, kDies},  // ER_PLUGIN_IS_NOT_LOADED: the account's plugin
    Meaning{1698, ErrorKind::kRefused, kDies},  // ER_ACCESS_DENIED_NO_PASSWORD_ERROR
    Meaning{1862, ErrorKind::kRefused, kDies},  // ER_MUST_CHANGE_PASSWORD_LOGIN
    Meaning{2019, ErrorKind::kRefused, kDies},  // CR_CANT_READ_CHARSET
    Meaning{2026, ErrorKind::kRefused, kDies},  // CR_SSL_CONNECTION_ERROR (see statement_error)
    Meaning{2049, ErrorKind::kRefused, kDies},  // CR_SECURE_AUTH: pre-4.1 password
    Meaning{2059, ErrorKind::kRefused, kDies},  // CR_AUTH_PLUGIN_CANNOT_LOAD
    Meaning{2061, ErrorKind::kRefused, kDies},  // CR_AUTH_PLUGIN_ERR: e.g. needs TLS or a key
    Meaning{3032, ErrorKind::kRefused, kDies},  // ER_SERVER_OFFLINE_MODE (MySQL)
    Meaning{3118, ErrorKind::kRefused, kDies},  // ER_ACCOUNT_HAS_BEEN_LOCKED (MySQL)
    Meaning{3159, ErrorKind::kRefused, kDies},  // ER_SECURE_TRANSPORT_REQUIRED
    Meaning{4151, ErrorKind::kRefused, kDies},  // ER_ACCOUNT_HAS_BEEN_LOCKED (MariaDB)

    // Refused by rights or by a read-only server.
    Meaning{1044, ErrorKind::kRefused},  // ER_DBACCESS_DENIED_ERROR
    Meaning{1142, ErrorKind::kRefused},  // ER_TABLEACCESS_DENIED_ERROR
    Meaning{1143, ErrorKind::kRefused},  // ER_COLUMNACCESS_DENIED_ERROR
    Meaning{1226, ErrorKind::kRefused},  // ER_USER_LIMIT_REACHED: the account's quota
    Meaning{1227, ErrorKind::kRefused},  // ER_SPECIFIC_ACCESS_DENIED_ERROR
    Meaning{1290, ErrorKind::kRefused},  // ER_OPTION_PREVENTS_STATEMENT: read_only
    Meaning{1370, ErrorKind::kRefused},  // ER_PROCACCESS_DENIED_ERROR
    Meaning{1792, ErrorKind::kRefused},  // ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION
    Meaning{1820, ErrorKind::kRefused},  // ER_MUST_CHANGE_PASSWORD
    Meaning{1836, ErrorKind::kRefused},  // ER_READ_ONLY_MODE: innodb_read_only

    // A packet over the limit: doing it again is pointless, and the connection is gone.
    Meaning{1153, ErrorKind::kFatal, kDies},  // ER_NET_PACKET_TOO_LARGE
    Meaning{2020, ErrorKind::kFatal, kDies},  // CR_NET_PACKET_TOO_LARGE: the client's own limit
};

Meaning meaning_of(unsigned code) {
    const auto* found = std::find_if(kMeanings.begin(), kMeanings.end(),
                                     [code](const Meaning& m) { return m.code == code; });
    return found == kMeanings.end() ? Meaning{code, ErrorKind::kFatal, kLives} : *found;
}

std::string message(const std::string& doing, const std::string& text, unsigned code,
                    const std::string& sqlstate) {
    if (sqlstate.empty()) return fmt::format("{}: {} (error {})", doing, text, code);
    return fmt::format("{}: {} (error {}, {})", doing, text, code, sqlstate);
}

}  // namespace

std::string_view to_string(ErrorKind kind) {
    switch (kind) {
        case ErrorKind::kLock:
            return "lock";
        case ErrorKind::kDuplicate:
            return "duplicate";
        case ErrorKind::kLost:
            return "lost";
        case ErrorKind::kTimeout:
            return "timeout";
        case ErrorKind::kRefused:
            return "refused";
        case ErrorKind::kFatal:
            return "fatal";
    }
    return "unknown";
}

Error::Error(unsigned code, std::string sqlstate, std::string server_text, const std::string& doing,
             Where where)
    : std::runtime_error(message(doing, server_text, code, sqlstate)),
      code_(code),
      sqlstate_(std::move(sqlstate)),
      server_text_(std::move(server_text)),
      where_(where),
      kind_(meaning_of(code).kind),
      usable_(meaning_of(code).after == kLives) {}

bool Error::needs_locking_ddl() const {
    constexpr std::array kNotOnline = {
        1799U,  // ER_INNODB_ONLINE_LOG_TOO_BIG: innodb_online_alter_log_max_size
        1845U,  // ER_ALTER_OPERATION_NOT_SUPPORTED
        1846U,  // ER_ALTER_OPERATION_NOT_SUPPORTED_REASON
    };
    return std::find(kNotOnline.begin(), kNotOnline.end(), code_) != kNotOnline.end();
}

bool Error::not_supported() const {
    constexpr std::array kUnknownThere = {
        1047U,  // ER_UNKNOWN_COM_ERROR
        1064U,  // ER_PARSE_ERROR: SHOW REPLICA STATUS on an old server
        1109U,  // ER_UNKNOWN_TABLE in information_schema
        1193U,  // ER_UNKNOWN_SYSTEM_VARIABLE
        1235U,  // ER_NOT_SUPPORTED_YET
        1289U,  // ER_FEATURE_DISABLED
        1305U,  // ER_SP_DOES_NOT_EXIST: an unknown function
    };
    return std::find(kUnknownThere.begin(), kUnknownThere.end(), code_) != kUnknownThere.end();
}

}  // namespace wisp::mysql
