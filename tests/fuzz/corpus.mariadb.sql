-- SPDX-License-Identifier: Apache-2.0
-- And on MariaDB, in the same session.
CREATE TABLE c (id INT PRIMARY KEY, v VARCHAR(2000) COMPRESSED);
INSERT INTO c VALUES (1, 'short'), (2, REPEAT('compress me ', 100)), (3, NULL);
CREATE TABLE j (id INT PRIMARY KEY, u UUID, a INET6, b INET4, x MEDIUMTEXT COMPRESSED);
INSERT INTO j VALUES (1, '123e4567-e89b-12d3-a456-426655440000', '2001:db8::', '10.0.0.0', REPEAT('z', 300));
SET GLOBAL log_bin_compress = ON, log_bin_compress_min_len = 10;
INSERT INTO t (id, r) VALUES (30, REPEAT('compress me ', 200));
UPDATE t SET r = REPEAT('again ', 300) WHERE id = 30;
CREATE TABLE compressed_query (id INT PRIMARY KEY, a_long_name_for_a_column INT, another_long_name_for_a_column INT);
SET GLOBAL log_bin_compress = OFF, log_bin_compress_min_len = DEFAULT;
