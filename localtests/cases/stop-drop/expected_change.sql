-- SPDX-License-Identifier: Apache-2.0
SELECT 1 FROM t_oracle LIMIT 1;
