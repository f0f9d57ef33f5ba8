-- SPDX-License-Identifier: Apache-2.0
CREATE TABLE a_table_with_a_name_as_long_as_a_server_allows_for_any_table_64c (
  id INT NOT NULL PRIMARY KEY,
  a INT NOT NULL,
  v VARCHAR(40) NOT NULL,
  KEY a_index (a)
) ENGINE=InnoDB;
INSERT INTO a_table_with_a_name_as_long_as_a_server_allows_for_any_table_64c SELECT n, n * 7, CONCAT('value ', n) FROM fixture.numbers WHERE n BETWEEN 1 AND 30000;

-- Cut at the same place, the names of two such tables would be the same.
CREATE TABLE a_table_with_a_name_as_long_as_a_server_allows_for_any_table_64x LIKE a_table_with_a_name_as_long_as_a_server_allows_for_any_table_64c;
