-- SPDX-License-Identifier: Apache-2.0
CREATE TABLE looked_at (
  id INT NOT NULL PRIMARY KEY,
  a INT NOT NULL,
  v VARCHAR(40) NOT NULL,
  KEY a_index (a)
) ENGINE=InnoDB;
-- Few rows: they are part of the writes that the preview sees, and its log may be a second old.
INSERT INTO looked_at SELECT n, n * 7, CONCAT('value ', n) FROM fixture.numbers WHERE n BETWEEN 1 AND 500;
