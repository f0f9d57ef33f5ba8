# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# One transaction, so one batch, has two states of one key, and a key that changes its spelling:
# the first one, which is copied already.
wait_for_copy || exit
twin "INSERT INTO {T} VALUES ('new', 1); UPDATE {T} SET a = 2 WHERE k = 'new';
    UPDATE {T} SET k = 'KEY1' WHERE k = 'key1'"
rm "$LOG/postpone"
