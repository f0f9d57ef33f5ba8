# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
drift "DROP TABLE t"
name_channel east
