-- SPDX-License-Identifier: Apache-2.0
SELECT 1 FROM t FORCE INDEX (v) LIMIT 1;
