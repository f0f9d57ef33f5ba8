-- SPDX-License-Identifier: Apache-2.0
CREATE TABLE t (id INT NOT NULL PRIMARY KEY, j JSON NOT NULL, v VARCHAR(20) NOT NULL) ENGINE=InnoDB;
INSERT INTO t SELECT n, JSON_OBJECT('n', n, 'name', CONCAT('name ', n), 'list', JSON_ARRAY(n, n + 1, n + 2), 'pad', REPEAT('p', 200)), 'x' FROM fixture.numbers WHERE n BETWEEN 1 AND 15000;
