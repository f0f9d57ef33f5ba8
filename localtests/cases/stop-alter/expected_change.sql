-- SPDX-License-Identifier: Apache-2.0
SELECT z FROM t LIMIT 1;
