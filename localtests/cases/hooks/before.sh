# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
touch "$LOG/postpone"
for point in startup validated rowcount-complete before-row-copy status interactive-command \
    row-copy-complete before-cut-over begin-postponed cut-over-attempt success cleanup; do
    write_hook "gh-ost-on-$point" <<END
echo "$point: \$GH_OST_DATABASE_NAME.\$GH_OST_TABLE_NAME \$GH_OST_GHOST_TABLE_NAME\
 \$GH_OST_OLD_TABLE_NAME dry=\$GH_OST_DRY_RUN \$GH_OST_HOOKS_HINT \$GH_OST_HOOKS_HINT_OWNER\
 \$GH_OST_HOOKS_HINT_TOKEN ddl=\$GH_OST_DDL host=\$GH_OST_MIGRATED_HOST command=\$GH_OST_COMMAND\
 instant=\$GH_OST_INSTANT_DDL attempt=\$WISP_CUT_OVER_ATTEMPT password=\${WISP_PASSWORD-none}"
echo "$point: \$GH_OST_STATUS"
echo "$point: \$GH_OST_ELAPSED_SECONDS \$GH_OST_COPIED_ROWS \$GH_OST_ESTIMATED_ROWS\
 \$GH_OST_PROGRESS \$GH_OST_ETA_SECONDS \$GH_OST_HEARTBEAT_LAG" >>$LOG/hook-$point
END
done
# It may refuse, the run goes on.
write_hook gh-ost-on-interactive-command-2 <<END
[[ \$GH_OST_COMMAND != "'throttle'" ]]
END
