-- SPDX-License-Identifier: Apache-2.0
CREATE TABLE t (id INT NOT NULL PRIMARY KEY, v VARCHAR(60) CHARACTER SET latin1 NOT NULL) ENGINE=InnoDB;
INSERT INTO t SELECT n, CONCAT(ELT(1 + n % 4, 'é', 'Ñandú', '€uro', 'x'), n) FROM fixture.numbers WHERE n BETWEEN 1 AND 25000;
