"""When a member was on the page of a region, so that it can show what is new since."""

from datetime import datetime

from django.db import connection, models
from django.utils import timezone

from accounts.models import Person
from regions.models.region import Region


class RegionVisit(models.Model):
    """A region remembers by itself: someone may be on the site every day and here once a month."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+", db_index=False)
    region = models.ForeignKey(Region, on_delete=models.CASCADE, related_name="+")
    last_at = models.DateTimeField(default=timezone.now)
    previous_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("person", "region"), name="one_visit_per_person_and_region"),)

    @classmethod
    def arrive(cls, region: Region, person: Person) -> datetime:
        """Note that someone is here; return when their previous visit ended (as `accounts.Visit.arrive`)."""
        with connection.cursor() as cursor:
            cursor.execute(
                """
                INSERT INTO regions_regionvisit AS visit (person_id, region_id, last_at, previous_at)
                VALUES (%s, %s, now(), now() - interval '7 days')
                ON CONFLICT (person_id, region_id) DO UPDATE SET
                    previous_at = CASE WHEN visit.last_at < now() - interval '1 hour'
                                       THEN visit.last_at ELSE visit.previous_at END,
                    last_at = now()
                RETURNING previous_at
                """,
                [person.pk, region.pk],
            )
            previous_at: datetime = cursor.fetchone()[0]
        return previous_at
