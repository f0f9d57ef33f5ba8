-- SPDX-License-Identifier: Apache-2.0
SET GLOBAL log_bin_compress = ON, GLOBAL log_bin_compress_min_len = 10;
