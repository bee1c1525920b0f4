"""Two thousand questions to the InnovatieKabinet, of which two hundred ask one member: no page takes more for it."""

import pytest
from django.db import connection

from accounts.models import Person
from challenges.models import Asking, Assignment, Challenge
from regions.models import Contribution, Involvement, Part, Region, Visibility
from tests import make
from tests.challenges.conftest import Browser, Count
from tests.challenges.test_planning import PATH, page

pytestmark = pytest.mark.django_db


def copies(of: Challenge, number: int) -> list[int]:
    """Copy a challenge, with who owns it, many times at once; return the ids."""
    parent = [field.column for field in Contribution._meta.local_concrete_fields if not field.primary_key]
    own = [field.column for field in Challenge._meta.local_concrete_fields if not field.primary_key]
    one, two = (", ".join(connection.ops.quote_name(name) for name in names) for names in (parent, own))
    whole, part = Contribution._meta.db_table, Challenge._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {whole} ({one}) SELECT {one} FROM {whole}, generate_series(1, %s) WHERE id = %s RETURNING id",
            [number, of.pk],
        )
        made = [pk for (pk,) in cursor.fetchall()]
        cursor.execute(
            f"INSERT INTO {part} (contribution_ptr_id, {two}) SELECT copy, {two} FROM {part}, unnest(%s) AS copy "
            "WHERE contribution_ptr_id = %s",
            [made, of.pk],
        )
    owner = of.involvements.get(part=Part.AUTHOR)
    Involvement.objects.bulk_create(
        Involvement(contribution_id=pk, person=owner.person, part=Part.AUTHOR) for pk in made
    )
    return made


def test_pages_take_as_many_queries_for_two_thousand(
    browser: Browser, anna: Person, kim: Person, sam: Person, utrecht: Region, count: Count
) -> None:
    """Two hundred questions ask one member by name, of two thousand in all."""
    challenge = make.challenge(by=anna, region=utrecht, visibility=Visibility.REGION)
    one = Asking.open_for(challenge, by=anna)
    one.assign([kim], by=sam)
    few = [count(browser(sam), PATH), count(browser(sam), page(one)), count(browser(kim), "/kabinet/")]
    made = Asking.objects.bulk_create(Asking(challenge_id=pk, version=1, by=anna) for pk in copies(challenge, 1_999))
    Challenge.objects.filter(askings__in=made).update(is_in_review=True)
    Assignment.objects.bulk_create(Assignment(asking=asking, person=kim, by=sam) for asking in made[:199])
    sight = {"person": kim, "part": Part.REVIEWER}
    Involvement.objects.bulk_create(Involvement(contribution_id=row.challenge_id, **sight) for row in made[:199])
    for _number in range(15):
        make.seat(make.person())
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    many = [count(browser(sam), PATH), count(browser(sam), page(one)), count(browser(kim), "/kabinet/")]
    assert (many, few) == (few, [9, 10, 10])
    last = browser(kim).get("/kabinet/?deel=wacht&pagina=8").context["pieces"]["wacht"]
    assert (len(last.rows), last.has_next) == (200 - 7 * 25, False)
    load = browser(sam).get(f"{PATH}?deel=zetels").context["pieces"]["zetels"].rows
    assert {seat.person_id: seat.open for seat in load if seat.open} == {kim.pk: 200}
