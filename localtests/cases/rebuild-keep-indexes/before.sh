# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
drift "ALTER TABLE t ADD KEY only_here (v, a)"
