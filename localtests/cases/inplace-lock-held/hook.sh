# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# The reader goes when wisp has waited for it once.
await said "for a change of metadata attempt=1" || exit
reader=$(sql primary -e "SELECT id FROM information_schema.processlist WHERE info LIKE 'DO SLEEP%'")
sql primary -e "KILL $reader"
