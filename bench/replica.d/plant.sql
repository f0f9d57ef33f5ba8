-- 100 rows changed, 100 missing, 100 extra, on the replica alone.
SET SESSION sql_log_bin = 0;
UPDATE t SET b = b + 1 WHERE id % 10000 = 7 ORDER BY id LIMIT 100;
DELETE FROM t WHERE id % 10000 = 9 ORDER BY id LIMIT 100;
INSERT INTO t SELECT -id, a, b, c, d FROM t WHERE id BETWEEN 1000 AND 1099;
