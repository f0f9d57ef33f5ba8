# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
await status_says 'postponing'
twin "INSERT INTO {T} VALUES (NULL, 1, 'nobody')"
