# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# What nobody watches: rows of finished and of other ranges are deleted, changed, moved and made.
twin "DELETE FROM {T} WHERE id BETWEEN 101 AND 200 OR id BETWEEN 29001 AND 29100;
    UPDATE {T} SET v = 'between', a = -1 WHERE id BETWEEN 201 AND 300 OR id BETWEEN 28001 AND 28100;
    UPDATE {T} SET id = id + 50000 WHERE id BETWEEN 301 AND 350 OR id BETWEEN 27001 AND 27050;
    REPLACE INTO {T} VALUES (60000, 1, 'new'), (150, 2, 'back'), (29050, 3, 'back')"
