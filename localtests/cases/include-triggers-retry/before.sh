# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# shellcheck source=localtests/cases/include-triggers/before.sh
. "$HERE/cases/include-triggers/before.sh"
export WISP_FAULT="cutover.triggers_made:wait:$LOG/made"
