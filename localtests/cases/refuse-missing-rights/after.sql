-- SPDX-License-Identifier: Apache-2.0
DROP USER IF EXISTS limited@'%';
