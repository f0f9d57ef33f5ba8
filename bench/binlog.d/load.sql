-- What bench/binlog puts into a server's binlog: large statements on `wide`, small transactions on
-- `hot`. Needs a schema of its own. CALL one_round(100000) logs about 90 MB.
CREATE TABLE wide (
    id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    account INT UNSIGNED NOT NULL,
    name VARCHAR(64) NOT NULL,
    email VARCHAR(100),
    amount DECIMAL(12, 2) NOT NULL,
    status ENUM('new', 'paid', 'sent', 'closed') NOT NULL,
    score DOUBLE,
    born DATE,
    created DATETIME(3) NOT NULL,
    changed TIMESTAMP(6) NOT NULL,
    note TEXT,
    token VARBINARY(32)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;
CREATE TABLE hot LIKE wide;

INSERT INTO wide (account, name, email, amount, status, score, born, created, changed, note, token)
VALUES (1, 'Ada Lovelace', 'ada@example.org', 12.34, 'new', 0.1, '1815-12-10',
        '2026-01-02 03:04:05.678', '2026-01-02 03:04:05.678901', 'a note that says little', X'00FF10');
CREATE TABLE seed LIKE wide;
INSERT INTO seed SELECT * FROM wide;

DELIMITER //
CREATE PROCEDURE double_wide()
INSERT INTO wide (account, name, email, amount, status, score, born, created, changed, note, token)
SELECT account + id, CONCAT(LEFT(name, 20), ' ', id), CONCAT('user', id, '@example.org'),
       amount + id / 7, 1 + id MOD 4, id / 3, born + INTERVAL id MOD 9000 DAY,
       created + INTERVAL id SECOND, changed + INTERVAL id MICROSECOND,
       REPEAT('lorem ipsum ', 1 + id MOD 8), UNHEX(LPAD(HEX(id * 2654435761), 32, '0'))
  FROM wide ORDER BY id LIMIT 100000 //

CREATE PROCEDURE fill_wide(wanted BIGINT)
BEGIN
    DECLARE total BIGINT DEFAULT 1;
    WHILE total < wanted DO
        CALL double_wide();
        SET total = total + LEAST(total, 100000);
    END WHILE;
END //

CREATE PROCEDURE change_wide(wanted BIGINT)
BEGIN
    DECLARE done BIGINT DEFAULT 0;
    WHILE done < wanted DO
        UPDATE wide SET amount = amount + 1, status = 2, changed = changed + INTERVAL 1 SECOND
         WHERE id > done AND id <= done + 50000;
        SET done = done + 50000;
    END WHILE;
END //

-- Small transactions, as applications write them.
CREATE PROCEDURE run_hot(wanted INT)
BEGIN
    DECLARE i INT DEFAULT 0;
    WHILE i < wanted DO
        START TRANSACTION;
        INSERT INTO hot (account, name, email, amount, status, score, born, created, changed, note)
        VALUES (i, CONCAT('name ', i), CONCAT('hot', i, '@example.org'), i / 3, 1 + i MOD 4, i / 7,
                '2001-02-03', '2026-01-02 03:04:05.678', '2026-01-02 03:04:05.678901', 'hot');
        UPDATE hot SET amount = amount + 1, note = REPEAT('hot ', 10) WHERE id = LAST_INSERT_ID();
        COMMIT;
        SET i = i + 1;
    END WHILE;
END //

CREATE PROCEDURE one_round(wanted INT)
BEGIN
    TRUNCATE wide;
    INSERT INTO wide SELECT * FROM seed;
    CALL fill_wide(wanted);
    CALL change_wide(wanted);
    CALL run_hot(wanted DIV 50);
    DELETE FROM wide ORDER BY id LIMIT 10000;
END //
DELIMITER ;
