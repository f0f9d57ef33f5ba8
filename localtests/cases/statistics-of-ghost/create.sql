-- SPDX-License-Identifier: Apache-2.0
-- Only who asks for statistics gets new ones.
CREATE TABLE t (
  id INT NOT NULL PRIMARY KEY,
  a INT NOT NULL,
  v VARCHAR(40) NOT NULL,
  KEY a_index (a)
) ENGINE=InnoDB STATS_PERSISTENT=1 STATS_AUTO_RECALC=0;
INSERT INTO t SELECT n, n * 7, CONCAT('value ', n) FROM fixture.numbers WHERE n BETWEEN 1 AND 30000;
