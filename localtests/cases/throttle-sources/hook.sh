# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# One source after the other holds the copy, each before the one before it lets go: until the last of
# them does, no row is copied. Of several that hold alike the status names the one that began first.

serve() { "$HERE/lib/http_status" "$HTTP_PORT" "$LOG/http-status" & server=$!; }
relay() {
    socat "TCP-LISTEN:$RELAY_PORT,bind=127.0.0.1,reuseaddr,fork" "TCP:127.0.0.1:$WISP_REPLICA_PORT" &
    relay=$!
}
let_go() { kill "$server" "$relay" 2>/dev/null; let_copy; }
trap let_go EXIT

# held_by TEXT: that is who holds, and why.
held_by() { await status_says "State: throttled, $1"; }

serve
relay
held_by "throttle-flag-file: $LOG/throttle exists (for " || exit

await finds "SELECT 1 FROM _t_ghc WHERE hint = 'heartbeat'" || exit # or no commit is measured
open_session
in_session "FLUSH TABLES WITH READ LOCK" || exit
await holds max-commit-latency || exit
rm "$LOG/throttle"
held_by "max-commit-latency: commits take " || exit

echo 429 >"$LOG/http-status"
await holds throttle-http || exit
in_session "UNLOCK TABLES" || exit
held_by "throttle-http: HTTP 429 (freno: above the threshold), limit 200 (for " || exit
kill "$server"
held_by "throttle-http: cannot read: http://127.0.0.1:$HTTP_PORT/freno/check: " || exit

sql primary test -e "INSERT INTO hold VALUES (1)"
await holds throttle-query || exit
echo 200 >"$LOG/http-status"
serve
held_by "throttle-query: the query's answer is 1, limit 0 (for " || exit

for ((i = 0; i < 40; ++i)); do in_session "PREPARE s$i FROM 'SELECT 1'" || exit; done
await holds load || exit
sql primary test -e "DELETE FROM hold"
held_by "load: max-load Prepared_stmt_count=40, limit 40 (for " || exit

hold_copy || exit
# Until now no lag was one: the read lock has held the heartbeats up as well.
ctl max-lag-millis=4000 || exit
await said "throttle holds source=\"lag 127.0.0.1:$RELAY_PORT\" effect=hold_copy reason=\"lag " || exit
for ((i = 0; i < 40; ++i)); do in_session "DEALLOCATE PREPARE s$i" || exit; done
held_by "lag 127.0.0.1:$RELAY_PORT: lag " || exit
# Connections that exist go through a child of socat.
pkill -P "$relay"
kill "$relay"
held_by "lag 127.0.0.1:$RELAY_PORT: cannot read: " || exit
! grep 'State: ' "$LOG/wisp.log" | grep -v 'Copy: 0/' || { echo "the copy went on"; exit 1; }
let_copy
relay
await eval '! status_says "Copy: 0/"' || exit
repeat_until_end 0.2 true # all of them are asked until then
