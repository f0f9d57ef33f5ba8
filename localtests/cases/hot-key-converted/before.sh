# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
sql primary test --delimiter=// -e "CREATE PROCEDURE hot(IN seconds INT) BEGIN
    DECLARE ends DATETIME(6) DEFAULT SYSDATE(6) + INTERVAL seconds SECOND;
    WHILE SYSDATE(6) < ends DO START TRANSACTION;
    UPDATE t SET a = a + 1 WHERE id = 777; UPDATE t_oracle SET a = a + 1 WHERE id = 777;
    COMMIT; END WHILE; END" 2>&1
