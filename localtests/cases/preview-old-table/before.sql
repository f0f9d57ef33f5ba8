-- SPDX-License-Identifier: Apache-2.0
-- The old table of an earlier run: only a run with --execute may drop it.
CREATE TABLE _t_del (id INT NOT NULL PRIMARY KEY) ENGINE=InnoDB;
