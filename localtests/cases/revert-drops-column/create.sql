-- SPDX-License-Identifier: Apache-2.0
CREATE TABLE t (
  id INT NOT NULL PRIMARY KEY,
  word VARCHAR(30) CHARACTER SET latin1 DEFAULT 'none',
  a INT NOT NULL,
  kind ENUM('red', 'green') NOT NULL,
  v VARCHAR(40) NOT NULL,
  bits BIT(12) DEFAULT b'101',
  w INT NOT NULL DEFAULT 5,
  twice DOUBLE NOT NULL DEFAULT 0.5,
  at DATETIME(6) DEFAULT NULL,
  KEY a_index (a),
  CHECK (a < 2000000000)
) ENGINE=InnoDB;
INSERT INTO t SELECT n, IF(n % 9 = 0, NULL, CONCAT('größe ', n)), n * 7, 1 + n % 2, CONCAT('value ', n), n % 4096,
  n % 100, n / 7,
  IF(n % 11 = 0, NULL, '2026-01-31 23:59:50.000001' + INTERVAL n * 123457 MICROSECOND) FROM fixture.numbers WHERE n BETWEEN 1 AND 20000;
