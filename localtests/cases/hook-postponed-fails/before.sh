# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
write_hook gh-ost-on-begin-postponed <<<'exit 3'
touch "$LOG/postpone"
