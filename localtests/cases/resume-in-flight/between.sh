# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# The dead run's chunk commits.
tries=0
until finds "SELECT 1 FROM _t_gho WHERE id = 501"; do
    ((++tries < 200)) || { echo "the chunk was not written"; exit 1; }
    sleep 0.05
done
sql primary test -e "DROP TRIGGER scene"
