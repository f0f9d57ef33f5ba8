# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# The first attempt loses all its sessions when the triggers are made and nothing is renamed.
await test -e "$LOG/made"
for id in $(sql primary -e "SELECT ID FROM information_schema.PROCESSLIST WHERE USER = 'mover'"); do
    sql primary -e "KILL $id" || true # it may have ended; that the attempt fails is awaited below
done
rm -f "$LOG/made"
await said "cut-over attempt failed"
