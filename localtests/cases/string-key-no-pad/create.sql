-- SPDX-License-Identifier: Apache-2.0
CREATE TABLE t (
  k VARCHAR(30) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_nopad_ci NOT NULL PRIMARY KEY,
  a INT NOT NULL
) ENGINE=InnoDB;
INSERT INTO t SELECT CONCAT('key', n DIV 2, IF(n % 2, '', ' ')), n FROM fixture.numbers WHERE n BETWEEN 1 AND 30000;
