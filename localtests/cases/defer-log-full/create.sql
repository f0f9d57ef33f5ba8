-- SPDX-License-Identifier: Apache-2.0
CREATE TABLE t (
  id INT NOT NULL PRIMARY KEY,
  a INT NOT NULL,
  v VARCHAR(200) NOT NULL,
  KEY a_index (a, v),
  KEY v_index (v),
  KEY v_a_index (v, a)
) ENGINE=InnoDB;
INSERT INTO t SELECT n, n * 7, CONCAT(n * 7919 % 131072, REPEAT('value ', 30)) FROM fixture.numbers
  WHERE n BETWEEN 1 AND 60000;
