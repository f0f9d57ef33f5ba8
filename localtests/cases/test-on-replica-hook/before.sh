# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# A hook does not get wisp's passwords from its environment.
write_hook gh-ost-on-stop-replication <<END
MYSQL_PWD=$WISP_PASSWORD "$WISP_CLIENT" --no-defaults -h "$WISP_REPLICA_HOST" \
    -P "$WISP_REPLICA_PORT" -u "$WISP_USER" -e "STOP REPLICA SQL_THREAD"
END
