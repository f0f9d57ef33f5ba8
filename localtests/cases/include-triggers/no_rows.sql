-- SPDX-License-Identifier: Apache-2.0
SELECT what, id, SUM(n) FROM (
  SELECT IF(what LIKE 'ge%ndert', 'changed', what) AS what, id, 1 AS n FROM audit
  UNION ALL SELECT what, id, -1 FROM audit_oracle) AS both_tables
GROUP BY what, id HAVING SUM(n) <> 0;
