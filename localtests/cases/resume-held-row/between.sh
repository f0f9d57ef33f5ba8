# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
twin "DELETE FROM {T} WHERE id = 5"
