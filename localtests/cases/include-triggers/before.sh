# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# The same for the oracle table: what wisp writes must not make any of them fire.
sql primary test -e "
    CREATE TRIGGER oracle_insert AFTER INSERT ON t_oracle FOR EACH ROW
      INSERT INTO audit_oracle (what, id) VALUES ('first', NEW.id), ('inserted', NEW.id), ('last', NEW.id);
    CREATE TRIGGER oracle_update AFTER UPDATE ON t_oracle FOR EACH ROW
      INSERT INTO audit_oracle (what, id) VALUES ('changed', NEW.id);
    CREATE TRIGGER oracle_delete AFTER DELETE ON t_oracle FOR EACH ROW
      INSERT INTO audit_oracle (what, id) VALUES ('gone', OLD.id)"
