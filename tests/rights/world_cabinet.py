"""What the InnovatieKabinet has in the small world: feedback, offers, a question by name, a draft and a session."""

from typing import Any

from django.core.files.base import ContentFile

from accounts.models import Person
from challenges.models import Asking, Challenge, Offer, Remark, Review, Seat
from regions.models import Meeting, Region, Visibility
from tests import make


def feedback(challenge: Challenge) -> Review:
    """Feedback that was given while the member was asked; the asking is over."""
    kas = make.person("Kas")
    make.seat(kas)
    text = {"answer": "feedback", "note": "notitie"}
    return Review.send(challenge, by=kas, seen=challenge.version, text=text, points=["punt"])


def around(shown: Challenge, *, bram: Person, anna: Person, kim: Person) -> None:
    """What few read of feedback and of offers on the challenge that everyone sees."""
    _offers(shown, by=bram, team=anna)
    text = {"answer": "kanariefeedback", "note": "kanarienotitie"}
    review = Review.send(shown, by=kim, seen=shown.version, text=text, points=["Praat met bewoners."])
    Remark.write(review, "kanariereactieopfeedback", by=anna, is_for_cabinet=False)
    Remark.write(review, "kanarieonderons", by=kim, is_for_cabinet=True)
    point = review.points.get()
    point.settle(by=anna, state="no", answer="kanariepuntantwoord")
    point.ask_on("kanariedoorvraag", by=kim)


def _offers(shown: Challenge, *, by: Person, team: Person) -> None:
    """What stays between the two: what was declined, what came to nothing, an answer, who did not confirm yet."""
    backer = {"backer_function": "wethouder", "backer_email": "kanariebestuursadres@voorbeeld.example"}
    backed = Offer.make(shown, by=by, kind="steun", words="steun", backer_name="kanariebestuurder", **backer)
    backed.settle(by=team, accept=True, answer="kanarieafspreken")
    Offer.make(shown, by=by, kind="geld", words="kanarieafgewezen").settle(by=team, accept=False, answer="nee")
    lapsed = Offer.make(shown, by=by, kind="geld", words="geld")
    lapsed.settle(by=team, accept=True, answer="ja")
    lapsed.withdraw(by=by, outcome="kanarievervallen")


def sheet(utrecht: Region, *, anna: Person, kim: Person) -> dict[str, Any]:
    """A draft that a member keeps."""
    challenge = make.challenge(by=anna, region=utrecht)
    Review.keep(challenge, by=kim, seen=1, typed={"answer": "kanarieklad"})
    return {"sheet": f"/challenges/{challenge.pk}-{challenge.slug}/feedback/geven/", "sheet_challenge": challenge}


def planned(utrecht: Region, *, anna: Person, kim: Person, sam: Person) -> dict[str, Any]:
    """A question to one member by name, that another left to colleagues."""
    challenge = make.challenge(by=anna, region=utrecht, title="Gevraagd over wonen", stage="maken-en-testen")
    _ask([kim], challenge, anna=anna, sam=sam)
    return {"planned": challenge, "asked_person": kim}


def among_few(utrecht: Region, *, anna: Person, sam: Person) -> None:
    """The same on what a region keeps to itself, of which not Kim is asked but Kas."""
    title, kas = "kanarieopnaam over wonen", Person.objects.filter(name="Kas").earliest("pk")
    challenge = make.challenge(by=anna, region=utrecht, visibility=Visibility.REGION, title=title)
    _ask([kas], challenge, anna=anna, sam=sam)


def _ask(people: list[Person], challenge: Challenge, *, anna: Person, sam: Person) -> None:
    asking, left = Asking.open_for(challenge, by=anna), make.person("Lou")
    make.seat(left)
    asking.assign([*people, left], by=sam)
    asking.recuse(left, "kanariereden")


def portrait(kim: Person) -> dict[str, Any]:
    seat = Seat.objects.get(person=kim)
    seat.portrait.save("kim.jpg", ContentFile(b"not looked at"))
    return {"seat": seat}


def session(utrecht: Region, visibility: str, about: Challenge, *, mo: Person) -> dict[str, Any]:
    """A session that began, with a pitch of this challenge."""
    word = "open" if visibility == Visibility.PUBLIC else "kanarie"
    meeting: Meeting = make.meeting(
        by=mo, region=utrecht, days=-1, title=f"{word}zitting over wonen", sort="kabinet", visibility=visibility
    )
    meeting.arrange(mo, [{"title": "", "words": "", "length": 5, "about": about}])
    return {"session": meeting, "pitch": meeting.agenda.get()}
