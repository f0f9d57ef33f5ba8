# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# Short locks, but nearly always one: the cut-over has to find its place among them.
repeat_until_end 0 sql primary test -e "SELECT COUNT(*), SLEEP(0.05) FROM t" &
repeat_until_end 0 sql primary test -e "SELECT MAX(a), SLEEP(0.1) FROM t WHERE id < 9"
wait
