-- SPDX-License-Identifier: Apache-2.0
DROP USER IF EXISTS limited@'%';
CREATE USER limited@'%' IDENTIFIED BY 'secret';
GRANT SELECT, INSERT, UPDATE, DELETE ON test.* TO limited@'%';
