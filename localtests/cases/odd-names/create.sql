-- SPDX-License-Identifier: Apache-2.0
CREATE TABLE `select from ``where`` 100%` (
  `key` INT NOT NULL,
  `or``der` INT NOT NULL,
  `a b, c` VARCHAR(40) NOT NULL,
  `per%cent` INT NULL,
  PRIMARY KEY (`key`, `or``der`),
  KEY `order` (`a b, c`)
) ENGINE=InnoDB;
INSERT INTO `select from ``where`` 100%` SELECT n DIV 10, n % 10, CONCAT('it''s ', n), n FROM fixture.numbers WHERE n BETWEEN 1 AND 20000;
