# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# There is one attempt: if this cost it, the run would fail.
await said 'gh-ost-on-begin-postponed ended with 3; it is called again in 10 s' || exit
rm "$LOG/postpone"
