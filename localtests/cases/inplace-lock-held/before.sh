# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# A transaction has read the table and is in no hurry: an ALTER waits for it.
background sql primary test -e "START TRANSACTION; SELECT id FROM t LIMIT 1; DO SLEEP(100); COMMIT"
await_reader() { until finds "SELECT 1 FROM information_schema.processlist WHERE info LIKE 'DO SLEEP%'"; do sleep 0.05; done; }
await_reader
