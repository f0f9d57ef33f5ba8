# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# Held as soon as something is verified, while the verifier rests for long, and not the copy, which
# would take longer than a hook waits; a checkpoint tells it. The ghost loses its last rows before the
# second run, which must compare the rest and find them.
trap 'rm -f "$LOG/copied"' EXIT
await test -e "$LOG/copied" || exit
ctl nice-ratio=100 || exit
rm "$LOG/copied"
verified() { ctl status-json | grep -qE '"rows_verified": ?[1-9]'; }
await verified || exit
touch "$LOG/hold"
await_checkpoint "rows_verified=[1-9]" || exit
kill_wisp
resumed() { grep -qE 'resuming position=.* rows_verified=[1-9]' "$LOG/wisp.log"; }
await resumed || exit
await test -e "$LOG/copied"
