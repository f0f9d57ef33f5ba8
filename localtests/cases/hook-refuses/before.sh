# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
write_hook gh-ost-on-before-row-copy <<<'echo not today; exit 7'
write_hook gh-ost-on-failure <<END
echo "told of: \$WISP_ERROR"
END
