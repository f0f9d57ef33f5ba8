-- SPDX-License-Identifier: Apache-2.0
CREATE TABLE t (
  k CHAR(12) CHARACTER SET latin1 COLLATE latin1_swedish_ci NOT NULL PRIMARY KEY,
  a INT NOT NULL
) ENGINE=InnoDB;
INSERT INTO t SELECT CONCAT('Ä', n), n FROM fixture.numbers WHERE n BETWEEN 1 AND 15000;
