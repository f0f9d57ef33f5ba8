-- SPDX-License-Identifier: Apache-2.0
CREATE TABLE t (id INT NOT NULL PRIMARY KEY, j JSON NOT NULL, k JSON NULL) ENGINE=InnoDB;
INSERT INTO t SELECT n, JSON_OBJECT('n', n, 'd', n / 3, 'e', n * 1e100, 's', CONCAT('é"\\', n), 'a', JSON_ARRAY(1, 1.0, TRUE, NULL, '')),
       ELT(1 + n % 5, 'null', '1.0', '"x"', '[]', '{}')
  FROM fixture.numbers WHERE n BETWEEN 1 AND 15000;
