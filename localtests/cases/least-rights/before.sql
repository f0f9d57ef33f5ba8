-- SPDX-License-Identifier: Apache-2.0
DROP USER IF EXISTS limited@'%';
CREATE USER limited@'%' IDENTIFIED BY 'secret';
GRANT ALL ON test.* TO limited@'%';
GRANT REPLICATION SLAVE, REPLICATION CLIENT, PROCESS ON *.* TO limited@'%';
