# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
export WISP_FAULT="copy.done:wait:$LOG/copied"
