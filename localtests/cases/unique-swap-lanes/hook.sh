# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# Copy and replay are held for a while, several times, so that what is replayed then comes in
# batches large enough for several lanes.
trap 'rm -f "$LOG/hold"' EXIT
await said "copying table=" || exit
for _ in 1 2 3 4; do
    touch "$LOG/hold"
    sleep 1.5
    rm "$LOG/hold"
    sleep 0.2
done
