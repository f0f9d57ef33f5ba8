# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
wait_for_copy
sleep 4
signal_wisp INT
