# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# The copy is done; the first REPLACE of a row ends with 1062, as MySQL lets it end that meets a
# chunk's row. Here a trigger of the ghost says so, once in the session that writes.
trap 'rm -f "$LOG/postpone"' EXIT
await said "cut-over is postponed" || exit
sql primary test <<'SQL' || exit
DELIMITER //
CREATE TRIGGER clash BEFORE INSERT ON _t_gho FOR EACH ROW
IF NEW.id = 100001 AND @clashed IS NULL THEN
    SET @clashed = 1;
    SIGNAL SQLSTATE '23000' SET MYSQL_ERRNO = 1062, MESSAGE_TEXT = 'Duplicate entry';
END IF//
SQL
twin "INSERT INTO {T} (id, a, v) VALUES (100001, 1, 'x'), (100002, 2, 'y')" || exit
await finds "SELECT 1 FROM _t_gho WHERE id = 100001" || exit
sql primary test -e "DROP TRIGGER clash"
