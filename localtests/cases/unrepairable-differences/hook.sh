# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# A trigger on the ghost table changes what is written there, so another copy does not help. The load
# leaves the row alone.
trap 'rm -f "$LOG/copied"' EXIT
await test -e "$LOG/copied" || exit
sql primary test -e "CREATE TRIGGER bad BEFORE INSERT ON _t_gho FOR EACH ROW
    SET NEW.v = IF(NEW.id = 19000, 'bad', NEW.v); UPDATE _t_gho SET v = 'bad' WHERE id = 19000"
