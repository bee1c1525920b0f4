"""The dossier of a challenge: what it tells is cut, so that it fits on its sheets."""

from accounts.models import Person
from challenges.models import Challenge
from challenges.sections.dossier import NAME, dossiers_of
from regions.models import Region
from tests import make


def test_long_names_are_cut_wherever_they_stand(anna: Person, kim: Person, utrecht: Region) -> None:
    challenge = make.challenge(by=anna, region=utrecht)
    for person in (anna, kim):
        person.name = "W" * 120
        person.save()
    make.review(challenge, kim)
    make.offer(challenge, kim).settle(by=anna, accept=True, answer="Graag.")
    (told,) = dossiers_of(kim, [Challenge.objects.for_detail().get(pk=challenge.pk)])
    names = [row["name"] for part in ("points", "feedback", "offers") for row in told[part]["rows"]]
    assert [*told["owners"]["rows"], *names] == ["W" * (NAME - 1) + "…"] * 4
    assert told["is_cut"]
