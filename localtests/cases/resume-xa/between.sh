# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
tries=0
until finds "SELECT 1 FROM t WHERE id = 20 AND a = 5"; do
    ((++tries < 200)) || exit 1
    sleep 0.05
done
