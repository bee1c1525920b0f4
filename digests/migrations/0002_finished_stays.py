"""A mail that is finished never opens again, so nothing is sent twice."""

from django.db import migrations

MAKE = """
CREATE FUNCTION digests_mail_stays_finished() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state IN ('sent', 'empty', 'cancelled', 'dead') AND NEW.state <> OLD.state THEN
        RAISE EXCEPTION 'mail % is finished (%) and stays so', OLD.key, OLD.state USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER finished_mail_stays BEFORE UPDATE ON digests_mail
    FOR EACH ROW EXECUTE FUNCTION digests_mail_stays_finished();
"""
UNMAKE = "DROP TRIGGER finished_mail_stays ON digests_mail; DROP FUNCTION digests_mail_stays_finished();"


class Migration(migrations.Migration):
    dependencies = [("digests", "0001_initial")]
    operations = [migrations.RunSQL(MAKE, UNMAKE)]
