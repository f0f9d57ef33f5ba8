# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# A reader of the ghost holds the ALTER that builds its indexes; the run is stopped meanwhile. No
# such ALTER may be left when wisp has ended.
building="SELECT 1 FROM information_schema.processlist WHERE info LIKE 'ALTER TABLE%ADD KEY%'"
trap 'rm -f "$LOG/adding"' EXIT
await test -e "$LOG/adding" && open_session &&
    in_session "START TRANSACTION; SELECT id FROM _t_gho LIMIT 1" && rm "$LOG/adding" &&
    await finds "$building AND state LIKE 'Waiting for table metadata lock%'" || exit 1
signal_wisp TERM
until migration_ended; do sleep 0.1; done
! finds "$building" || { echo "the ALTER goes on"; exit 1; }
