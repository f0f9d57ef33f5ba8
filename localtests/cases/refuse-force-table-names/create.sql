-- SPDX-License-Identifier: Apache-2.0
CREATE TABLE _x_gho (id INT NOT NULL PRIMARY KEY, a INT NOT NULL) ENGINE=InnoDB;
INSERT INTO _x_gho VALUES (1, 1), (2, 2);
