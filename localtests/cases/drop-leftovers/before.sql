-- SPDX-License-Identifier: Apache-2.0
CREATE TABLE _t_gho (x INT);
CREATE TABLE _t_del (x INT);
CREATE TABLE _t_ghc (x INT);
