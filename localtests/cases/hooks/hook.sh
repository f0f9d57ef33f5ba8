# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
await said 'begin-postponed: test.t' || exit 1
told throttle 'gh-ost-on-interactive-command-2 ended with 1' || exit 1
# These are on threads of their own: they come when they come.
await said "status: 'Copy: " || exit 1
await said 'rowcount-complete: test.t' || exit 1
rm "$LOG/postpone"
