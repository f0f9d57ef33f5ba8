-- SPDX-License-Identifier: Apache-2.0
CREATE TABLE t (id INT NOT NULL PRIMARY KEY, u INT NOT NULL, a INT NOT NULL, KEY u_index (u)) ENGINE=InnoDB;
INSERT INTO t SELECT n, n * 10, 0 FROM fixture.numbers WHERE n BETWEEN 1 AND 20000;
