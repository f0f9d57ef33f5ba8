# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
drift "INSERT INTO t SELECT n, 0, 'extra' FROM fixture.numbers WHERE n BETWEEN 30001 AND 40000"
