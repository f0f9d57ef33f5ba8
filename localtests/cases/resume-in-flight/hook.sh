# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# A chunk stands still while it writes, in a trigger that waits for us; rows further on in it are
# deleted, and the deletes applied. A checkpoint is written, wisp dies, and its chunk commits after it
# with the deleted rows in it. So that checkpoint must not have passed the deletes (R12), nor count
# the chunk as finished, of which more is missing if it is rolled back (R11).
trap let_copy EXIT
await said "copying table=" || exit
open_session
in_session "DO GET_LOCK('scene', 0)" || exit
sql primary test -e "CREATE TRIGGER scene BEFORE INSERT ON _t_gho FOR EACH ROW
    SET @scene = IF(NEW.id = 500, GET_LOCK('scene', 100), 0)" || exit
let_copy
await finds_uncommitted "SELECT 1 FROM _t_gho WHERE id = 499" || exit
twin "DELETE FROM {T} WHERE id BETWEEN 501 AND 550; UPDATE {T} SET a = 1 WHERE id = 10000" || exit
await finds "SELECT 1 FROM _t_gho WHERE id = 10000 AND a = 1" || exit
await_checkpoint || exit
kill_wisp
in_session "DO RELEASE_LOCK('scene')" || exit
