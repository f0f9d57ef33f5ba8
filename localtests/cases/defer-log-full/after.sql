-- SPDX-License-Identifier: Apache-2.0
SET GLOBAL innodb_online_alter_log_max_size = DEFAULT;
