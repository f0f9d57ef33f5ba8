-- SPDX-License-Identifier: Apache-2.0
CREATE TABLE parent (id INT NOT NULL PRIMARY KEY) ENGINE=InnoDB;
CREATE TABLE t (
  id INT NOT NULL PRIMARY KEY,
  a INT NOT NULL,
  v VARCHAR(40) NOT NULL,
  KEY a_index (a),
  CONSTRAINT to_parent FOREIGN KEY (a) REFERENCES parent (id)
) ENGINE=InnoDB;
INSERT INTO parent VALUES (1), (2), (3);
INSERT INTO t SELECT n, n % 3 + 1, CONCAT('value ', n) FROM fixture.numbers WHERE n BETWEEN 1 AND 3000;
