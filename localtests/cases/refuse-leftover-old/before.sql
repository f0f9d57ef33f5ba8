-- SPDX-License-Identifier: Apache-2.0
CREATE TABLE _t_del (something_of_mine INT);
