-- SPDX-License-Identifier: Apache-2.0
CREATE TABLE t (id INT NOT NULL PRIMARY KEY, b LONGBLOB NOT NULL) ENGINE=InnoDB;
INSERT INTO t SELECT n, REPEAT(CHAR(65 + n % 26), 100000 + n * 7) FROM fixture.numbers WHERE n BETWEEN 1 AND 300;
-- Just under the 16 MB that a server may take as one packet, and more than a literal of it may hold.
INSERT INTO t SELECT 1000 + n, REPEAT(UNHEX('27'), 15900000) FROM fixture.numbers WHERE n BETWEEN 1 AND 2;
