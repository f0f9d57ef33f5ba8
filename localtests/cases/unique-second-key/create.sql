-- SPDX-License-Identifier: Apache-2.0
CREATE TABLE t (
  id INT NOT NULL PRIMARY KEY,
  u INT NULL,
  w VARCHAR(20) NOT NULL,
  UNIQUE KEY u_key (u),
  UNIQUE KEY w_key (w)
) ENGINE=InnoDB;
INSERT INTO t SELECT n, IF(n % 10, n, NULL), CONCAT('w', n) FROM fixture.numbers WHERE n BETWEEN 1 AND 20000;
