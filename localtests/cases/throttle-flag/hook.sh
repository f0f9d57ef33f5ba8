# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
sleep 2
rm "$LOG/throttle"
