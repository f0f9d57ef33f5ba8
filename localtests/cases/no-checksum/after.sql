-- SPDX-License-Identifier: Apache-2.0
SET GLOBAL binlog_checksum = DEFAULT;
