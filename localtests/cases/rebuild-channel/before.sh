# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
drift "UPDATE t SET a = -1 WHERE id % 100 = 3"
name_channel east
