-- SPDX-License-Identifier: Apache-2.0
CREATE TABLE t (
  a INT NOT NULL,
  b SMALLINT UNSIGNED NOT NULL,
  v VARCHAR(30) NOT NULL,
  PRIMARY KEY (a, b)
) ENGINE=InnoDB;
INSERT INTO t SELECT n DIV 100, n % 100, CONCAT('value ', n) FROM fixture.numbers WHERE n < 25000;
