# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
drift "DELETE FROM t WHERE id % 10 = 3"
