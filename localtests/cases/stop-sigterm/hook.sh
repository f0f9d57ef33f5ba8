# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
wait_for_copy
sleep 0.3
signal_wisp TERM
