-- SPDX-License-Identifier: Apache-2.0
SET GLOBAL binlog_row_image = 'MINIMAL';
