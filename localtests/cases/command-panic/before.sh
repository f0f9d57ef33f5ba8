# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# A hook that refuses everything cannot refuse this.
write_hook gh-ost-on-interactive-command <<<'exit 1'
