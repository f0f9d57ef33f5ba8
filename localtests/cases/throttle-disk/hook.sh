# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# Less room than half of the limit holds everything, less than the limit the copy; then there is enough.
await status_says "State: throttled, min-free-disk: " || exit
await said 'throttle holds source="min-free-disk" effect=hold_all reason="' || exit
status_says "Copy: 0/" || { echo "the copy did not wait"; exit 1; }
ctl "min-free-disk=$((FREE * 3 / 2))" || exit
await said 'throttle holds source="min-free-disk" effect=hold_copy reason="' || exit
await status_says " free in " || exit
status_says "Copy: 0/" || { echo "the copy did not wait"; exit 1; }
ctl min-free-disk=1M || exit
await said 'throttle released source="min-free-disk"'
