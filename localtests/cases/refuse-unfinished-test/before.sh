# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
drift "CREATE TABLE _t_del LIKE t"
