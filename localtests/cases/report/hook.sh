# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# Each line is JSON, and the report is there in the end, in the file and among what was said.
until migration_ended; do sleep 0.05; done
# All but the two lines of the test itself.
grep -vE '^(\$ wisp |\(exit status )' "$LOG/wisp.log" >"$LOG/lines"
jq -es 'all(type == "object") and ([.[] | select(.percent)] | length > 0)' "$LOG/lines" >"$LOG/jq" ||
    { echo "not every line is JSON, or none is a status line"; exit 1; }
good='.outcome == "migrated" and .error == "" and .table == "t" and .old_table == "_t_del"
    and .rows.copied > 0 and .verify == "full" and .rows.verified > 0 and .cut_over.attempts > 0
    and (.stages | map(.stage) | contains(["migrating", "verifying"]))
    and (.left | contains("_t_del"))'
jq -e "$good" "$LOG/report.json" >>"$LOG/jq" || { echo "the report: $(cat "$LOG/report.json")"; exit 1; }
jq -es --slurpfile report "$LOG/report.json" 'any(. == $report[0])' "$LOG/lines" >>"$LOG/jq" ||
    { echo "the report was not said"; exit 1; }
