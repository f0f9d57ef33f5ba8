# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# The log is rotated all the time, also in the middle of what a client sends.
repeat_until_end 0.2 sql primary -e "FLUSH BINARY LOGS"
