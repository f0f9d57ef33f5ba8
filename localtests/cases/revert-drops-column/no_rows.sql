-- SPDX-License-Identifier: Apache-2.0
-- Rows that were written since the migration have the value as it rounded it, the others the exact one.
SELECT t.id, t.at, o.at FROM t JOIN t_oracle o ON o.id = t.id
WHERE NOT t.at <=> o.at AND NOT t.at <=> CAST(o.at AS DATETIME);
SELECT 'no value is exact' FROM (SELECT COUNT(*) AS n FROM t WHERE MICROSECOND(at) <> 0) AS exact WHERE n = 0;
