# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# Stopped while ghost and changelog are there: both must be gone afterwards.
trap 'rm -f "$LOG/made"' EXIT
await test -e "$LOG/made" && finds "SHOW TABLES LIKE '\_t\_gho'" && signal_wisp TERM && sleep 0.5
