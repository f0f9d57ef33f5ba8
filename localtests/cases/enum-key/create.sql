-- SPDX-License-Identifier: Apache-2.0
CREATE TABLE t (
  e ENUM('zebra', 'ant', 'mouse') NOT NULL,
  s SET('x', 'y') NOT NULL,
  n INT NOT NULL,
  a INT NOT NULL,
  PRIMARY KEY (e, s, n)
) ENGINE=InnoDB;
INSERT INTO t SELECT 1 + n % 3, n % 4, n DIV 12, n FROM fixture.numbers WHERE n < 24000;
