-- SPDX-License-Identifier: Apache-2.0
drop table if exists gh_ost_test;
create table gh_ost_test (
  id int not null,
  label varchar(40) not null
);
insert into gh_ost_test values (1, 'no key'), (2, 'no key');
