-- SPDX-License-Identifier: Apache-2.0
CREATE TABLE t (
  id INT NOT NULL PRIMARY KEY,
  a INT NOT NULL,
  v VARCHAR(40) NOT NULL,
  KEY a_index (a)
) ENGINE=InnoDB;
