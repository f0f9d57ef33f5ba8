# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
touch "$LOG/postpone"
twin "DELETE FROM {T} WHERE id BETWEEN 101 AND 200; UPDATE {T} SET a = -1 WHERE id BETWEEN 201 AND 300"
