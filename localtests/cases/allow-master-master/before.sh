# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
make_circle
sql replica -e "SET GLOBAL read_only = ON"
