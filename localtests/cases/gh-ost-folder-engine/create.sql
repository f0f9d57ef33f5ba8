-- SPDX-License-Identifier: Apache-2.0
drop table if exists gh_ost_test;
create table gh_ost_test (
  a varchar(20) not null,
  b int not null,
  t timestamp(3) not null default current_timestamp(3) on update current_timestamp(3),
  x double,
  primary key (a, b)
);
insert into gh_ost_test (a, b, x) values ('one', 1, 0.1), ('two', 2, null), ('TWO ', 3, 1e300);

drop event if exists gh_ost_test;
delimiter ;;
create event gh_ost_test
  on schedule every 1 second
  starts current_timestamp
  ends current_timestamp + interval 60 second
  on completion not preserve
  enable
  do
begin
  declare n int default floor(rand() * 1000);
  insert ignore into gh_ost_test (a, b, x) values ('three', n, rand());
  replace into gh_ost_test (a, b, x) values ('one', 1, rand());
  update gh_ost_test set b = b + 1000 where a = 'three' and b < 1000;
  delete from gh_ost_test where a = 'two';
end ;;
delimiter ;
