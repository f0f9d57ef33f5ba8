# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
touch "$LOG/postpone"
# What an operator would do: look who stands in the way, and end that session.
write_hook wisp-on-cut-over-failure <<END
$(declare -p WISP_CLIENT WISP_USER WISP_PASSWORD WISP_PRIMARY_HOST WISP_PRIMARY_PORT; declare -f sql)
echo "blockers of attempt \$WISP_CUT_OVER_ATTEMPT: \$WISP_BLOCKERS"
blocker=\$(<"$LOG/blocker")
[[ ,\$WISP_BLOCKERS, == *",\$blocker,"* ]] && sql primary -e "KILL \$blocker" && echo "killed the blocker"
END
