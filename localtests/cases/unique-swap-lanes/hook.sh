# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# Copy and replay are held for a while, several times, so that what is replayed then comes in
# batches large enough for several lanes; longer where the load is too slow for that.
trap 'rm -f "$LOG/hold"' EXIT
await said "copying table=" || exit
for seconds in 1.5 1.5 1.5 1.5 4 8 16; do
    ! migration_ended || break
    [[ $seconds == 1.5 ]] || ! said " repeated_deletes=" || break
    touch "$LOG/hold"
    sleep "$seconds"
    rm "$LOG/hold"
    sleep 0.2
done
