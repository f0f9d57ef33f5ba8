-- SPDX-License-Identifier: Apache-2.0
CREATE TABLE other (id INT NOT NULL PRIMARY KEY) ENGINE=InnoDB;
