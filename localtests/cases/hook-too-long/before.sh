# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
write_hook gh-ost-on-row-copy-complete <<<'sleep 1000'
