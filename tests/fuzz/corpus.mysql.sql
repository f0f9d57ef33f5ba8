-- SPDX-License-Identifier: Apache-2.0
-- And on MySQL 8.0 and later, in the same session.
CREATE TABLE j (id INT PRIMARY KEY, d JSON);
INSERT INTO j VALUES (1, '{"a": [1, -2, 70000, 5000000000, 1.5, "x", null, true], "b": {"c": {}}, "d": []}'),
  (2, JSON_ARRAY(CAST(1.25 AS DECIMAL(5,2)), CAST('2020-01-02 03:04:05' AS DATETIME(6)), CAST('10:11:12' AS TIME), X'00FF',
     CAST(7 AS UNSIGNED), b'101')), (3, 'null'), (4, JSON_OBJECT('long', REPEAT('y', 300)));
SET SESSION binlog_row_value_options = PARTIAL_JSON;
UPDATE j SET d = JSON_SET(d, '$.a[1]', 'new', '$.b.c', 3), d = JSON_REMOVE(d, '$.d') WHERE id = 1;
UPDATE j SET d = JSON_ARRAY_INSERT(d, '$.a[1]', 5) WHERE id = 1;
UPDATE j SET d = JSON_REPLACE(d, '$[0]', 1) WHERE id = 2;
SET SESSION binlog_row_value_options = '';
SET SESSION binlog_transaction_compression = ON;
INSERT INTO t (id, r) VALUES (30, REPEAT('compress me ', 200));
INSERT INTO j VALUES (5, '[1, 2, 3]');
SET SESSION binlog_transaction_compression = OFF;
SET SESSION gtid_next = 'AUTOMATIC:some_tag';
INSERT INTO j VALUES (6, '{}');
SET SESSION gtid_next = AUTOMATIC;
CREATE TABLE v (id INT PRIMARY KEY, v VECTOR(3));
INSERT INTO v VALUES (1, STRING_TO_VECTOR('[1,2,3]'));
CREATE TABLE c AS SELECT 1 AS n;
