# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
wait_for_copy || exit 1
told panic '--force-named-panic' || exit 1
ctl "panic=$TABLE"
