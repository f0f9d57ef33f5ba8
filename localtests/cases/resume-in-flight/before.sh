# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
hold_copy
