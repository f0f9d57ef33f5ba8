# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
sql replica -e "STOP $(replica_word) SQL_THREAD; SET GLOBAL binlog_format = 'MIXED';
    START $(replica_word) SQL_THREAD"
