# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
sql primary test -e "SET SESSION gtid_domain_id = 1; INSERT INTO t VALUES (900001, 1, 'x'); DELETE FROM t WHERE id = 900001"
await_replica
