# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
delay_commits 0 && hold_copy
