-- SPDX-License-Identifier: Apache-2.0
-- The table of script/demo, and its oracle.
CREATE DATABASE shop CHARACTER SET utf8mb4;
USE shop;
CREATE TABLE orders (
  id BIGINT UNSIGNED NOT NULL PRIMARY KEY,
  customer INT NOT NULL,
  reference VARCHAR(20) NOT NULL,
  amount DECIMAL(12,2) NOT NULL,
  placed DATETIME NOT NULL,
  note VARCHAR(80) NOT NULL,
  KEY customer (customer)
) ENGINE=InnoDB;
CREATE TABLE orders_oracle LIKE orders;
INSERT INTO orders VALUES (1, 1, 'R1', 9.90, '2024-01-01', 'a note that takes some room');
