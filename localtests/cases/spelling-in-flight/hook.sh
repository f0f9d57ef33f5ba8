# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# The copier stands still while it writes a chunk, in a trigger that waits for us. Meanwhile a row of
# that chunk gets another spelling of its key, which is another key by its bytes and the same one to
# the server. What is repeated after the chunk must not take the new spelling away.
trap let_copy EXIT
await said "copying table=" || exit
open_session
in_session "DO GET_LOCK('scene', 0)" || exit
sql primary test -e "CREATE TRIGGER scene BEFORE INSERT ON _t_gho FOR EACH ROW
    SET @scene = IF(NEW.k = 'key10500', GET_LOCK('scene', 100), 0)" || exit
let_copy
await finds_uncommitted "SELECT 1 FROM _t_gho WHERE k = 'key10499'" || exit
twin "UPDATE {T} SET k = 'KEY10600' WHERE k = 'key10600'; UPDATE {T} SET a = -1 WHERE k = 'key20000'" || exit
await finds "SELECT 1 FROM _t_gho WHERE k = 'key20000' AND a = -1" || exit
! finds "SELECT 1 FROM _t_gho WHERE k = 'key10001'" || { echo "the chunk is written already"; exit 1; }
in_session "DO RELEASE_LOCK('scene')"
