# SPDX-License-Identifier: Apache-2.0
# wisp::client: the C client library, MariaDB Connector/C or Oracle's libmysqlclient, never both.
# libmariadb-dev-compat calls itself mysqlclient: the headers' macros decide, see mysql/native.h.
if(WISP_CLIENT STREQUAL "mariadb")
    find_package(PkgConfig REQUIRED)
    pkg_check_modules(MARIADB REQUIRED IMPORTED_TARGET libmariadb)
    add_library(wisp_client INTERFACE)
    target_link_libraries(wisp_client INTERFACE PkgConfig::MARIADB)
elseif(WISP_CLIENT STREQUAL "oracle")
    # A libmysqlclient unpacked beside the system, with the libc it was linked against: compiled with
    # our headers, linked by path, run with its own loader. Good for tests, not for shipping.
    set(_lib ${WISP_ORACLE_ROOT}/usr/lib/x86_64-linux-gnu)
    file(GLOB _so ${_lib}/libmysqlclient.so.*)
    list(GET _so 0 _so)
    add_library(wisp_client INTERFACE)
    target_include_directories(wisp_client SYSTEM INTERFACE ${WISP_ORACLE_ROOT}/usr/include/mysql)
    target_compile_options(wisp_client INTERFACE -idirafter ${WISP_ORACLE_ROOT}/usr/include)
    target_link_libraries(wisp_client INTERFACE ${_so})
    target_link_options(
        wisp_client
        INTERFACE
        LINKER:--allow-shlib-undefined
        LINKER:--disable-new-dtags
        LINKER:-rpath,${_lib}
        LINKER:--dynamic-linker=${_lib}/ld-linux-x86-64.so.2)
    target_compile_definitions(
        wisp_client INTERFACE WISP_CLIENT_PLUGIN_DIR="${WISP_ORACLE_ROOT}/usr/lib/mysql/plugin")
else()
    message(FATAL_ERROR "WISP_CLIENT must be mariadb or oracle, not '${WISP_CLIENT}'")
endif()
add_library(wisp::client ALIAS wisp_client)
