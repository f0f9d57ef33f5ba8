# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# A trigger that only the first run finds, and puts on the ghost.
sql primary test <<'END'
CREATE TABLE t_audit (n INT NOT NULL AUTO_INCREMENT PRIMARY KEY, id INT NOT NULL);
CREATE TRIGGER t_seen AFTER INSERT ON t FOR EACH ROW INSERT INTO t_audit (id) VALUES (NEW.id);
END
