# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# Each batch takes five seconds, and all the time more is written than fits into one. wisp must say
# so; then it is stopped, since the backlog would take minutes.
await said "copying table=" || exit
first=0
both_said() { said "faster than the replay can follow" && said "replay falls behind"; }
limit=$((SECONDS + 90))
until both_said; do
    ((SECONDS < limit)) || { echo "wisp has not said it"; exit 1; }
    twin "UPDATE {T} SET a = a + 1 WHERE id BETWEEN $first + 1 AND $first + 1000"
    first=$(((first + 1000) % 8000))
    sleep 0.1
done
signal_wisp TERM
