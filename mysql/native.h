// SPDX-License-Identifier: Apache-2.0
// The one door to the C client library. Included by mysql/*.cpp and binlog/dump_channel.cpp only.
//
// DB_CLIENT_MARIADB is 1 for MariaDB Connector/C and 0 for Oracle's libmysqlclient. The headers
// decide, not the package name: libmariadb-dev-compat installs Connector/C under Oracle's names.
#pragma once

// Connector/C's structs are called st_mysql and st_mysql_res, Oracle's MYSQL and MYSQL_RES, but our
// own headers can declare only one name ahead: so the header is read with the former for both.
#define MYSQL st_mysql
#define MYSQL_RES st_mysql_res
#include <mysql.h>
#undef MYSQL
#undef MYSQL_RES
using MYSQL = st_mysql;
using MYSQL_RES = st_mysql_res;

#include <errmsg.h>

#include <string>
#include <string_view>

#include "mysql/error.h"
#include "mysql/where.h"

#if defined(MARIADB_PACKAGE_VERSION_ID)
#define DB_CLIENT_MARIADB 1
#elif defined(LIBMYSQL_VERSION_ID)
#define DB_CLIENT_MARIADB 0
#else
#error "unknown MySQL client library: neither MariaDB Connector/C nor libmysqlclient"
#endif

namespace wisp::mysql {

/// Makes the library ready for the calling thread; cheap after the first call of a thread. The
/// thread's part is given back when the thread ends.
void enter_library();

/// The handle's last error, after the login. Connector/C reports a connection that broke over TLS
/// as 2026 ("TLS error"), which before the login means that TLS itself was refused; here it is
/// turned into 2013, lost.
[[nodiscard]] Error statement_error(st_mysql* handle, const std::string& doing,
                                    Where where = Where::current());

/// A statement for a message: one line, at most 200 characters.
[[nodiscard]] std::string shortened(std::string_view sql);

}  // namespace wisp::mysql
