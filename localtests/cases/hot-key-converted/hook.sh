# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# One row is written all the time, so verification mostly finds it on the move; in the end it is
# compared behind the lock, through the temporary table that converted values need.
hot() { repeat_until_end 0.01 sql primary test -e "CALL hot(2)"; }
hot & hot & hot
wait
