-- SPDX-License-Identifier: Apache-2.0
CREATE TABLE t (
  id INT NOT NULL PRIMARY KEY,
  a INT NOT NULL,
  v VARCHAR(40) NOT NULL,
  twice INT GENERATED ALWAYS AS (a * 2) VIRTUAL,
  kept VARCHAR(60) GENERATED ALWAYS AS (CONCAT(v, '-', a)) STORED,
  KEY twice_index (twice)
) ENGINE=InnoDB;
INSERT INTO t (id, a, v) SELECT n, n * 7, CONCAT('value ', n) FROM fixture.numbers WHERE n BETWEEN 1 AND 25000;
