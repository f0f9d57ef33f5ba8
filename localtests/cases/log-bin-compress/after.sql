-- SPDX-License-Identifier: Apache-2.0
SET GLOBAL log_bin_compress = OFF, GLOBAL log_bin_compress_min_len = DEFAULT;
