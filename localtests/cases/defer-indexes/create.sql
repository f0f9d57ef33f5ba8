-- SPDX-License-Identifier: Apache-2.0
CREATE TABLE t (
  id INT NOT NULL PRIMARY KEY,
  a INT NOT NULL,
  v VARCHAR(40) NOT NULL,
  UNIQUE KEY both_of (id, a),
  KEY a_index (a),
  KEY gone (a, id),
  KEY `odd ``name, (x)` (v, a) USING BTREE COMMENT 'it''s, (a) comment',
  KEY prefix_index (v(5)),
  FULLTEXT KEY words (v)
) ENGINE=InnoDB;
INSERT INTO t SELECT n, n * 7, CONCAT('value ', n) FROM fixture.numbers WHERE n BETWEEN 1 AND 30000;
