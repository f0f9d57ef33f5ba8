# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# Every acknowledgement of a semi-sync replica is late, so for this time each transaction is in the
# binlog, and delivered, but its rows are not visible yet.
delay_commits 120
