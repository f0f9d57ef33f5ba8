-- SPDX-License-Identifier: Apache-2.0
SET SESSION sql_log_bin = 0;
RENAME TABLE test.t_kept TO test.t;
