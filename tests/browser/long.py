"""Make a challenge as long as everything can be, inside the running product."""

from tests.browser.conftest import Site

GROW = """
from django.utils import timezone

from accounts.models import Person
from challenges.models import Challenge, Offer, Prototype, Review, TestRound
from regions.models import Part, Region

def full(field, model):
    size = model._meta.get_field(field).max_length
    return (WORDS * size)[:size].strip()

def make_person(number):
    email = f"lang-{number}-{timezone.now().timestamp()}@voorbeeld.example"
    return Person.objects.create(email=email, name=full("name", Person), function=full("function", Person))

author, *team = map(make_person, range(6))
members = [Person.objects.get(email="barend.quistel@demo.example"), *map(make_person, range(6, 13))]
text = {name: full(name, Challenge) for name in Challenge.TEXT_FIELDS}
challenge = Challenge.objects.post(
    by=author, region=Region.objects.get(slug="utrecht"), text=text, visibility="network"
)
challenge.publish(author)
for person in team:
    challenge.involve(person, Part.TEAM, by=author)
Challenge.objects.filter(pk=challenge.pk).update(stage="maken-en-testen")
for _ in range(12):
    prototype = Prototype.add(challenge, by=author, what=full("what", Prototype), approach=full("approach", Prototype))
    said = {name: full(name, TestRound) for name in ("wanted", "said", "learned", "change")}
    TestRound.add(prototype, by=author, residents=32000, professionals=32000, others=32000, verdict="stop", **said)
    TestRound.add(prototype, by=author, professionals=1, verdict="go-on", wanted="x", learned="y")
for person in members:
    words = {name: full(name, Review) for name in Review.TEXTS}
    points = [(WORDS * 2000)[:2000].strip()] * 5
    review = Review.send(challenge, by=person, seen=1, text=words, points=points)
    offer = Offer.make(challenge, by=person, kind="contact", words=full("words", Offer), review=review)
    offer.settle(by=author, accept=True, answer="Graag.")
challenge.reflect(full("reflection", Challenge), by=author)
print(challenge.get_absolute_url())
"""


def make_long(site: Site, words: str) -> str:
    """Fill everything with these words, over and over; return the address. Barend gave feedback on it."""
    return site.manage("shell", "-c", f"WORDS = {words!r}\n{GROW}").split()[-1]
