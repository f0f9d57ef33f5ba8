# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# A chunk stands still while it writes, in a trigger that waits for us. A checkpoint is written, wisp
# dies, and its chunk is rolled back. So the checkpoint must not count it as finished (R11).
trap let_copy EXIT
await said "copying table=" || exit
open_session
in_session "DO GET_LOCK('scene', 0)" || exit
sql primary test -e "CREATE TRIGGER scene BEFORE INSERT ON _t_gho FOR EACH ROW
    SET @scene = IF(NEW.id = 500, GET_LOCK('scene', 100), 0)" || exit
let_copy
await finds_uncommitted "SELECT 1 FROM _t_gho WHERE id = 499" || exit
await_checkpoint || exit
kill_wisp
waiting=$(sql primary -e "SELECT id FROM information_schema.processlist
    WHERE id <> CONNECTION_ID() AND info LIKE '%GET_LOCK%scene%'")
sql primary -e "KILL $waiting"
