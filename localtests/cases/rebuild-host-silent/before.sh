# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# What the primary gets from a server above it is not in its binlog.
make_circle
