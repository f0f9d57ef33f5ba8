# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
drift "UPDATE t SET a = -1 WHERE id % 100 = 3; INSERT INTO t VALUES (1000000, 1, 'extra'), (1000001, 1, 'extra')"
