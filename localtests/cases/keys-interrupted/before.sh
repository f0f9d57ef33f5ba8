# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
touch "$LOG/postpone" "$LOG/throttle"
