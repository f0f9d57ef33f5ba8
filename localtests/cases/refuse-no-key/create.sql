-- SPDX-License-Identifier: Apache-2.0
CREATE TABLE t (id INT NOT NULL, a INT NOT NULL, KEY id_index (id)) ENGINE=InnoDB;
INSERT INTO t VALUES (1, 1), (1, 1), (2, 2);
