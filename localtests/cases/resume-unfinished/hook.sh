# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# A chunk stands still while it writes, in a trigger that waits for us. A checkpoint is written, the
# chunk is rolled back, and wisp dies. So the checkpoint must not count it as finished (R11).
trap let_copy EXIT
stop_chunk || exit
await_checkpoint && await_checkpoint || exit # the first may have begun before
# Not before the chunk is gone: if its client goes first, MariaDB ends the wait without an error, and
# the chunk commits. Stopped, wisp does not begin it again.
signal_wisp STOP
# The process list may leave out what a session does, if it looks at the wrong moment.
waiting() { sql primary -e "SELECT id FROM information_schema.processlist WHERE state = 'User lock'"; }
for ((tries = 0; tries < 400; ++tries)); do
    session=$(waiting) && [[ -n $session ]] && break
    sleep 0.05
done
sql primary -e "KILL $session" || exit
while finds "SELECT 1 FROM information_schema.processlist WHERE id = $session"; do sleep 0.05; done
kill_wisp
