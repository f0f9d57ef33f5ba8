# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
await said 'Ctrl-C end' || exit
printf '\x03' >>"$LOG/keys"
