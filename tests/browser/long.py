"""Make one challenge as long as everything can be; run by `manage.py shell` inside the running product."""

GROW = """
from accounts.models import Person
from challenges.models import Challenge, Offer, Prototype, Review, Seat, TestRound
from regions.models import Region

def full(field, model):
    size = model._meta.get_field(field).max_length
    return (WORDS * size)[:size].strip()

author = Person.objects.get(email="ambtenaar@demo.example")
text = {name: full(name, Challenge) for name in Challenge.TEXT_FIELDS}
challenge = Challenge.objects.post(
    by=author, region=Region.objects.get(slug="utrecht"), text=text, visibility="network"
)
challenge.publish(author)
Challenge.objects.filter(pk=challenge.pk).update(stage="maken-en-testen")
for _ in range(12):
    prototype = Prototype.add(challenge, by=author, what=full("what", Prototype), approach=full("approach", Prototype))
    said = {name: full(name, TestRound) for name in ("wanted", "said", "learned", "change")}
    TestRound.add(prototype, by=author, residents=32000, professionals=32000, others=32000, verdict="stop", **said)
    TestRound.add(prototype, by=author, professionals=1, verdict="go-on", wanted="x", learned="y")
for seat in Seat.objects.current().independent_of(challenge).select_related("person")[:8]:
    words = {name: full(name, Review) for name in Review.TEXTS}
    points = [(WORDS * 2000)[:2000].strip()] * 5
    review = Review.send(challenge, by=seat.person, seen=1, text=words, points=points)
    offer = Offer.make(challenge, by=seat.person, kind="contact", words=full("words", Offer))
    offer.settle(by=author, accept=True, answer="Graag.")
challenge.reflect(full("reflection", Challenge), by=author)
print(challenge.get_absolute_url())
"""
