-- SPDX-License-Identifier: Apache-2.0
CREATE TABLE t (
  region VARCHAR(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci NOT NULL,
  day DATE NOT NULL,
  n INT NOT NULL,
  amount DECIMAL(12,2) NOT NULL,
  PRIMARY KEY (region, day, n)
) ENGINE=InnoDB;
INSERT INTO t
SELECT ELT(1 + n % 5, 'north', 'South', 'EAST', 'västra', 'north-west'),
       '2024-02-25' + INTERVAL (n DIV 5) % 40 DAY, n DIV 200, n / 7
  FROM fixture.numbers WHERE n < 24000;
