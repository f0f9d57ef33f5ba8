# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# A file that the dead run's session still reads is not purged.
oldest() { sql primary -e "SHOW BINARY LOGS" | head -n 1 | cut -f 1; }
newest() { sql primary -e "SHOW BINARY LOGS" | tail -n 1 | cut -f 1; }
last=$(newest) tries=0
sql primary -e "FLUSH BINARY LOGS" || exit
while [[ ! $(oldest) > $last ]]; do
    ((++tries < 50)) || exit 1
    # Nor is one that the replica reads.
    sql primary -e "FLUSH BINARY LOGS" && await_replica || exit
    sql primary -e "PURGE BINARY LOGS TO '$(newest)'"
    sleep 0.2
done
