-- SPDX-License-Identifier: Apache-2.0
SET GLOBAL binlog_rows_query_log_events = DEFAULT;
