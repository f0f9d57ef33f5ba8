# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# A chunk stands still while it writes, in a trigger that waits for us. A checkpoint is written, wisp
# dies, and its chunk is rolled back. So the checkpoint must not count it as finished (R11).
trap let_copy EXIT
stop_chunk || exit
await_checkpoint || exit
kill_wisp
# The process list may leave out what a session does, if it looks at the wrong moment.
kill_chunk() {
    local session
    session=$(sql primary -e "SELECT id FROM information_schema.processlist WHERE state = 'User lock'")
    [[ -n $session ]] && sql primary -e "KILL $session"
}
await kill_chunk
