# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
tries=0
while finds_uncommitted "SELECT 1 FROM _t_gho WHERE id = 499"; do
    ((++tries < 200)) || { echo "the chunk was not rolled back"; exit 1; }
    sleep 0.05
done
sql primary test -e "DROP TRIGGER scene"
