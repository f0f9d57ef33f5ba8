-- SPDX-License-Identifier: Apache-2.0
CREATE TABLE t (
  id INT NOT NULL,
  n INT NULL,
  v VARCHAR(40) NOT NULL,
  UNIQUE KEY maybe (n),
  UNIQUE KEY sure (id)
) ENGINE=InnoDB;
INSERT INTO t SELECT n, IF(n % 3, n, NULL), CONCAT('value ', n) FROM fixture.numbers WHERE n BETWEEN 1 AND 25000;
