-- SPDX-License-Identifier: Apache-2.0
CREATE TABLE t (
  code VARCHAR(20) NOT NULL,
  v VARCHAR(60) NOT NULL,
  w TEXT NOT NULL,
  PRIMARY KEY (code)
) ENGINE=InnoDB DEFAULT CHARSET=latin1;
INSERT INTO t SELECT CONCAT(IF(n % 2, 'Ö', 'x'), n), CONCAT('Ñ', n), REPEAT('ß', n % 20) FROM fixture.numbers WHERE n BETWEEN 1 AND 20000;
