-- SPDX-License-Identifier: Apache-2.0
-- What bench/apply replays. CALL fill(N) makes N rows with even ids; CALL change_rows(N, ROWS) makes N random
-- changes in transactions of ten: six updates, two inserts, two deletes.
CREATE TABLE t (
    id INT NOT NULL PRIMARY KEY,
    k INT NOT NULL,
    v VARCHAR(120) NOT NULL,
    at DATETIME(3) NOT NULL,
    KEY by_k (k)
) ENGINE = InnoDB;
CREATE TABLE digit (d INT NOT NULL PRIMARY KEY);
INSERT INTO digit VALUES (0), (1), (2), (3), (4), (5), (6), (7), (8), (9);

DELIMITER //
CREATE PROCEDURE fill(wanted INT)
BEGIN
    DECLARE done INT DEFAULT 0;
    WHILE done < wanted DO
        INSERT INTO t SELECT 2 * n, n * 7919 MOD 1000003, CONCAT('row ', SHA2(n, 256)), '2026-01-02 03:04:05.678'
          FROM (SELECT done + a.d + 10 * b.d + 100 * c.d + 1000 * e.d AS n
                  FROM digit a, digit b, digit c, digit e) numbers WHERE n < wanted;
        SET done = done + 10000;
    END WHILE;
END //

CREATE PROCEDURE change_rows(wanted INT, total INT)
BEGIN
    DECLARE i INT DEFAULT 0;
    DECLARE made INT DEFAULT 0;
    DECLARE even INT;
    START TRANSACTION;
    WHILE made < wanted DO
        SET i = i + 1;
        SET even = 2 * FLOOR(RAND() * total);
        CASE
            WHEN i MOD 10 < 6 THEN
                UPDATE t SET k = k + 1, v = CONCAT('changed ', i, SUBSTR(v, 20)) WHERE id = even;
            WHEN i MOD 10 < 8 THEN
                INSERT IGNORE INTO t VALUES (even + 1, i, CONCAT('new ', SHA2(i, 256)), NOW(3));
            ELSE
                DELETE FROM t WHERE id = even;
        END CASE;
        SET made = made + ROW_COUNT();
        IF i MOD 10 = 9 THEN
            COMMIT;
            START TRANSACTION;
        END IF;
    END WHILE;
    COMMIT;
    INSERT INTO t VALUES (-1, wanted, 'the last change', NOW(3));
END //
DELIMITER ;
