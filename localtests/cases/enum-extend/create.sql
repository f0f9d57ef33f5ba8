-- SPDX-License-Identifier: Apache-2.0
CREATE TABLE t (id INT NOT NULL PRIMARY KEY, e ENUM('red', 'green', 'blue') NOT NULL, s SET('x', 'y', 'z') NOT NULL) ENGINE=InnoDB;
INSERT INTO t SELECT n, 1 + n % 3, n % 8 FROM fixture.numbers WHERE n BETWEEN 1 AND 25000;
