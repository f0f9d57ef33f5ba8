-- What the first run put on the ghost would be on the table now.
SELECT TRIGGER_NAME FROM information_schema.TRIGGERS
WHERE TRIGGER_SCHEMA = 'test' AND EVENT_OBJECT_TABLE = 't';
