# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2034 # extra_args uses it
FREE=$(df --output=avail -B1 "$WISP_INSTANCE_DIR" | tail -n 1)
