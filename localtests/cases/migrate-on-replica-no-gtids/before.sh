# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
go_by_position
