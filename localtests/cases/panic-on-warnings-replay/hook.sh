# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# Written once everything was copied: it is the replay that the server warns.
await status_says 'postponing'
twin "UPDATE {T} SET d = 7.1234 WHERE id = 7"
