-- SPDX-License-Identifier: Apache-2.0
CREATE TABLE `表Ünï` (`ключ` INT NOT NULL PRIMARY KEY, `größe` INT NOT NULL, v VARCHAR(20) CHARACTER SET utf8mb4 NOT NULL) ENGINE=InnoDB;
INSERT INTO `表Ünï` SELECT n, n, CONCAT('値', n) FROM fixture.numbers WHERE n BETWEEN 1 AND 20000;
