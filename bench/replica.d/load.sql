-- A narrow table, filled by a procedure.
CREATE TABLE t (
    id INT NOT NULL PRIMARY KEY, a INT NOT NULL, b BIGINT NOT NULL,
    c VARCHAR(30) CHARACTER SET latin1 NOT NULL, d DATETIME NULL) ENGINE=InnoDB;
DELIMITER //
CREATE PROCEDURE fill(n INT)
BEGIN
    DECLARE made INT DEFAULT 1;
    INSERT INTO t VALUES (1, 17, 1000003, 'name 1', '2026-01-01 00:00:00');
    WHILE made < n DO
        INSERT INTO t SELECT id + made, (id + made) * 17 % 1000, (id + made) * 1000003,
            CONCAT('name ', id + made), d FROM t WHERE id <= n - made;
        SET made = made * 2;
    END WHILE;
END //
-- RATE updates a second, for ever, of a row each.
CREATE PROCEDURE write_rows(n INT, rate INT)
BEGIN
    DECLARE k INT;
    LOOP
        -- Not a row that plant.sql takes from the replica: its SQL thread would stop there.
        SET k = 1 + FLOOR(RAND() * n);
        UPDATE t SET a = a + 1 WHERE id = k AND k % 10000 NOT IN (7, 9);
        DO SLEEP(1 / rate);
    END LOOP;
END //
DELIMITER ;
