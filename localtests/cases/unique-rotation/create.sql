-- SPDX-License-Identifier: Apache-2.0
CREATE TABLE t (
  id INT NOT NULL PRIMARY KEY,
  u INT NOT NULL,
  a INT NOT NULL,
  UNIQUE KEY u_key (u)
) ENGINE=InnoDB;
INSERT INTO t SELECT n, 30001 - n, 0 FROM fixture.numbers WHERE n BETWEEN 1 AND 20000;
