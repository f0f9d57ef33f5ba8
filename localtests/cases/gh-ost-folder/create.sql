-- SPDX-License-Identifier: Apache-2.0
drop table if exists gh_ost_test;
create table gh_ost_test (
  id int auto_increment,
  label varchar(40) not null,
  amount int not null,
  seen date not null default '0000-00-00',
  primary key (id)
) auto_increment=1;
insert into gh_ost_test (label, amount) values ('first', 1), ('second', 2), ('third', 3);

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
  insert into gh_ost_test values (null, 'ünïcode', 11, '2020-02-29');
  insert into gh_ost_test (label, amount) values ('', 13);
  update gh_ost_test set amount = amount + 1 where label = 'second';
  update gh_ost_test set label = 'moved', id = id + 100000 where id < 100000 order by id desc limit 1;
  delete from gh_ost_test where id < 100000 and label = '' order by id limit 1;
end ;;
delimiter ;
