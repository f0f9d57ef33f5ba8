-- SPDX-License-Identifier: Apache-2.0
CREATE TABLE t (
  k VARCHAR(30) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci NOT NULL PRIMARY KEY,
  a INT NOT NULL
) ENGINE=InnoDB;
INSERT INTO t SELECT CONCAT(IF(n % 2, 'key', 'KEY'), n), n FROM fixture.numbers WHERE n BETWEEN 1 AND 15000;
