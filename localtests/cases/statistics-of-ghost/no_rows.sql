-- SPDX-License-Identifier: Apache-2.0
-- The new table's, from before the swap: it was to be known as large while it was filled.
SELECT n_rows FROM mysql.innodb_table_stats
WHERE database_name = 'test' AND table_name = 't' AND n_rows < 10000;
