# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
touch "$LOG/postpone"
export WISP_FAULT="cutover.drained:wait:$LOG/drained"
