-- SPDX-License-Identifier: Apache-2.0
SET GLOBAL time_zone = DEFAULT;
