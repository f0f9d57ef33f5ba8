-- SPDX-License-Identifier: Apache-2.0
CREATE USER IF NOT EXISTS mover@'%' IDENTIFIED BY 'secret';
GRANT ALL ON *.* TO mover@'%';
