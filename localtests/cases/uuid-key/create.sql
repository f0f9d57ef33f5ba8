-- SPDX-License-Identifier: Apache-2.0
-- Not stored in the order in which it is written: copied and replayed as bytes.
CREATE TABLE t (
  id UUID NOT NULL PRIMARY KEY,
  a INT NOT NULL,
  other UUID,
  ip INET6,
  KEY a_index (a)
) ENGINE=InnoDB;
INSERT INTO t SELECT CAST(CONCAT(LPAD(HEX(n), 8, '0'), '-1234-1abc-8000-0000000000', LPAD(HEX(n MOD 3), 2, '0')) AS UUID), n,
  CAST(CONCAT('12345678-0000-4000-8000-0000', LPAD(HEX(n), 8, '0')) AS UUID), CAST('fe80::' AS INET6)
  FROM fixture.numbers WHERE n BETWEEN 1 AND 20000;
