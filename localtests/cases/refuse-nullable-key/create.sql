-- SPDX-License-Identifier: Apache-2.0
CREATE TABLE t (id INT NULL, a INT NOT NULL, UNIQUE KEY id_key (id)) ENGINE=InnoDB;
INSERT INTO t VALUES (1, 1), (NULL, 1), (NULL, 2);
