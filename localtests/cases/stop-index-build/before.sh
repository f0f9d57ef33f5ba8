# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
export WISP_FAULT="indexes.before_add:wait:$LOG/adding"
