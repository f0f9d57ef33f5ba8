# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
sql primary test --delimiter=// -e "CREATE PROCEDURE hot(IN n INT) BEGIN WHILE n > 0 DO START TRANSACTION;
    UPDATE t SET a = a + 1 WHERE id = 777; UPDATE t_oracle SET a = a + 1 WHERE id = 777;
    COMMIT; SET n = n - 1; END WHILE; END" 2>&1
