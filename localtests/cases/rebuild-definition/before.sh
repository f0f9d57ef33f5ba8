# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
drift "ALTER TABLE t DROP COLUMN v, MODIFY a BIGINT, DROP KEY a_index, ADD b INT"
