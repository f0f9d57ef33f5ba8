-- SPDX-License-Identifier: Apache-2.0
-- It is still there.
SELECT mine FROM test._t_ghc;
