# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
sql primary test -e "CREATE TABLE _t_ghc (mine INT)" && go_by_position
