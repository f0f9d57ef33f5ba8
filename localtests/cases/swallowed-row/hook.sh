# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# While rows are copied there are duplicates of the new unique key: the rows that come second do not
# get into the ghost. Before the last chunk is copied the duplicates are gone, by changes of the rows
# that came first. Nothing but another copy brings the others.
trap let_copy EXIT
await said "copying table=" || exit
open_session
in_session "START TRANSACTION; INSERT INTO _t_gho (id, u) VALUES (10000, 90000)" || exit
let_copy
await finds "SELECT 1 FROM _t_gho WHERE id = 8999" || exit
! finds "SELECT 1 FROM _t_gho WHERE id BETWEEN 8001 AND 8010" || { echo "there were no duplicates"; exit 1; }
twin "UPDATE {T} SET u = -id WHERE id BETWEEN 1 AND 10"
await finds "SELECT 1 FROM _t_gho WHERE id = 10 AND u = -10" || exit
in_session "ROLLBACK"
