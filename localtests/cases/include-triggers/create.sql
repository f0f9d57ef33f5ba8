-- SPDX-License-Identifier: Apache-2.0
CREATE TABLE t (
  id INT NOT NULL PRIMARY KEY,
  a INT NOT NULL,
  v VARCHAR(40) NOT NULL,
  KEY a_index (a)
) ENGINE=InnoDB;
INSERT INTO t SELECT n, n * 7, CONCAT('value ', n) FROM fixture.numbers WHERE n BETWEEN 1 AND 5000;
CREATE TABLE audit (n BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY, what VARCHAR(40) NOT NULL, id INT NOT NULL) ENGINE=InnoDB;
CREATE TABLE audit_oracle LIKE audit;
CREATE USER IF NOT EXISTS 'trigger_owner'@'localhost';
GRANT ALL ON test.* TO 'trigger_owner'@'localhost';
SET SESSION sql_mode = 'ANSI_QUOTES,PIPES_AS_CONCAT';
CREATE DEFINER = 'trigger_owner'@'localhost' TRIGGER "on insert"
  AFTER INSERT ON "t" FOR EACH ROW INSERT INTO "audit" (what, id) VALUES ('insert' || 'ed', NEW.id);
SET SESSION sql_mode = DEFAULT;
CREATE TRIGGER before_it AFTER INSERT ON t FOR EACH ROW PRECEDES `on insert`
  INSERT INTO audit (what, id) VALUES ('first', NEW.id);
CREATE TRIGGER behind_it AFTER INSERT ON t FOR EACH ROW FOLLOWS `on insert`
  INSERT INTO audit (what, id) VALUES ('last', NEW.id);
SET NAMES latin1;
CREATE TRIGGER on_update AFTER UPDATE ON t FOR EACH ROW
  INSERT INTO audit (what, id) VALUES ('geändert', NEW.id);
SET NAMES utf8mb4;
DELIMITER //
CREATE TRIGGER on_delete AFTER DELETE ON test.t FOR EACH ROW BEGIN
  DECLARE word VARCHAR(10) DEFAULT 'gone';
  INSERT INTO audit (what, id) VALUES (word, OLD.id);
END//
DELIMITER ;
