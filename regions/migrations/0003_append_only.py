"""The log of events takes no UPDATE, DELETE or TRUNCATE."""

from django.db import migrations

MAKE = """
CREATE FUNCTION regions_event_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the log of events is append-only' USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER events_stay BEFORE UPDATE OR DELETE ON regions_event
    FOR EACH ROW EXECUTE FUNCTION regions_event_is_append_only();
CREATE TRIGGER events_are_not_emptied BEFORE TRUNCATE ON regions_event
    FOR EACH STATEMENT EXECUTE FUNCTION regions_event_is_append_only();
"""
UNMAKE = """
DROP TRIGGER events_stay ON regions_event;
DROP TRIGGER events_are_not_emptied ON regions_event;
DROP FUNCTION regions_event_is_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [("regions", "0002_initial")]
    operations = [migrations.RunSQL(MAKE, UNMAKE)]
