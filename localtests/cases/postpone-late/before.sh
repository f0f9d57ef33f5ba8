# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
write_hook gh-ost-on-cut-over-attempt <<END
[ -e "$LOG/late" ] || touch "$LOG/late" "$LOG/postpone"
END
