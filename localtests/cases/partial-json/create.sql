-- SPDX-License-Identifier: Apache-2.0
CREATE TABLE t (id INT NOT NULL PRIMARY KEY, j JSON NOT NULL, k JSON NULL, v VARCHAR(20) NOT NULL, l JSON NULL) ENGINE=InnoDB;
INSERT INTO t SELECT n, JSON_OBJECT('n', n, 'name', CONCAT('name ', n), 'list', JSON_ARRAY(n, n + 1, n + 2), 'pad', REPEAT('p', 200)),
  JSON_ARRAY(n, JSON_OBJECT('a b', CAST(n / 7 AS DECIMAL(20,6)), 'x]', '', 'at', CAST('2020-01-02 03:04:05.678901' AS DATETIME(6))), REPEAT('pad', 99)), 'x', JSON_OBJECT('é', n)
  FROM fixture.numbers WHERE n BETWEEN 1 AND 15000;
