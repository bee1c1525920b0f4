"""A small world in which everything exists twice: on a challenge that everyone sees, and on one that few see.

Each private field holds a word that stands nowhere else; `CANARIES` says who may ever read it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from django.core.files.base import ContentFile
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from accounts.models import Person
from challenges.models import Challenge, Offer, Prototype, Remark, TestRound
from regions.models import (
    Agreement,
    Appeal,
    Attachment,
    Batch,
    Claim,
    Comment,
    Export,
    Invitation,
    Region,
    Report,
    Ruling,
    Sanction,
    Signup,
    Sort,
    State,
    Theme,
    UnconfirmedReport,
    Visibility,
)
from regions.models.batch import chosen
from tests import make
from tests.rights import world_cabinet as cabinet

CAST = ("visitor", "bo", "eva", "emil", "bram", "anna", "mo", "kim", "sam", "stan")
"""Nobody; in no region; member and moderator elsewhere; member, author and moderator here; seat; secretary; staff."""

HERE = {"bram", "anna", "mo", "stan"}
TEAM = {"anna"}
DESK = {"mo", "stan"}
SIGNED_IN = set(CAST) - {"visitor"}
NETWORK = SIGNED_IN - {"bo"}

CANARIES = {
    # what few see: visibility "team" — its author, moderators of the region, staff
    "kanarietitel": TEAM | DESK,
    "kanarievraag": TEAM | DESK,
    "kanarielabel": TEAM | DESK,
    "kanariereactie": TEAM | DESK,
    "kanarieprototype": TEAM | DESK,
    "kanariedeur": TEAM | DESK,
    "kanarieonderweg": TEAM | DESK,
    "kanarietestronde": TEAM | DESK,
    "kanariebestand": TEAM | DESK,
    # what a region keeps to itself
    "kanariebericht": HERE,
    "kanarieantwoord": HERE,
    "kanariedocument": HERE,
    "kanariebijlage": HERE,
    "kanarienieuws": HERE,
    "kanarieberichtconcept": TEAM,
    "kanariemededeling": {"mo"},
    # on the challenge that everyone sees
    "kanarieregio": HERE,
    "kanarieconcept": TEAM,
    "kanarieverborgen": TEAM | DESK,
    "kanarieverborgenreactie": DESK,
    "kanarieaanbod": TEAM,
    "kanarienotitie": TEAM | {"kim"},
    "kanariebestuurder": TEAM | {"bram"},
    "kanariebestuursadres": set(),
    "kanarieafgewezen": TEAM | {"bram"},
    "kanarievervallen": TEAM | {"bram"},
    "kanarieafspreken": TEAM | {"bram"},
    "kanariefeedback": NETWORK,
    "kanariereactieopfeedback": NETWORK,
    "kanariepuntantwoord": NETWORK,
    "kanariedoorvraag": NETWORK,
    "kanarieonderons": {"kim", "sam"},
    "kanarieweerwoord": TEAM | DESK,
    "kanarieklad": {"kim"},
    "kanarieopnaam": HERE | {"sam"},
    "kanariereden": {"sam"},
    "kanariezitting": DESK,
    "kanariemotivatie": DESK,
    "kanariegenodigde": DESK,
    "kanarieschorsing": DESK,
    "kanariebezwaar": DESK,
    "kanariewelkom": DESK,
    "kanariegast": DESK,
    "kanarielink": DESK,
    "kanariebijeenkomst": DESK,
    "kanarieagenda": DESK,
    "kanarieverslag": DESK,
    "kanarieafspraak": DESK,
    "kanariecontact": SIGNED_IN,
    "kanariekennis": HERE,
    "kanarieexpertise": NETWORK,
    "kanariesignaal": DESK,
    "kanarienamens": DESK,
    "kanariegastadres": DESK,
    "kanarieuitleg": TEAM | DESK,
    "kanariewijziging": TEAM | DESK,
    "kanariebezoeker": DESK,
    "kanariebezoekersignaal": DESK,
    "kanariewaarschuwing": {"bram"} | DESK,
    "kanarieexport": {"mo"},
}


@dataclass
class World:
    """The people by name, and the objects by name, once `open` and once `closed`."""

    people: dict[str, Person | None]
    open: dict[str, Any] = field(default_factory=dict)
    closed: dict[str, Any] = field(default_factory=dict)


def build() -> World:
    utrecht, eindhoven = make.region("Utrecht"), make.region("Eindhoven")
    people = _people(utrecht, eindhoven)
    world = World(people)
    Theme.objects.create(slug="jeugd", name="Jeugd")
    world.open = _challenge(world, utrecht, Visibility.PUBLIC, "open")
    world.closed = _challenge(world, utrecht, Visibility.TEAM, "kanarie")
    world.open |= _board(world, utrecht, Visibility.PUBLIC, "open")
    world.closed |= _board(world, utrecht, Visibility.REGION, "kanarie")
    _around(world, utrecht)
    return world


def _people(utrecht: Region, eindhoven: Region) -> dict[str, Person | None]:
    people: dict[str, Person | None] = {name: make.person(name.capitalize()) for name in CAST[1:]}
    found = {name: person for name, person in people.items() if person}
    make.member(found["eva"], eindhoven)
    make.member(found["emil"], eindhoven, moderator=True)
    make.member(found["bram"], utrecht)
    make.member(found["anna"], utrecht)
    make.member(found["mo"], utrecht, moderator=True)
    make.seat(found["kim"])
    make.secretary(found["sam"])
    found["stan"].is_staff = True
    found["stan"].save()
    return {"visitor": None, **people}


def _challenge(world: World, region: Region, visibility: str, word: str) -> dict[str, Any]:
    """One of everything on a challenge of this visibility; the texts start with `word`."""
    anna, bram, mo = _get(world, "anna"), _get(world, "bram"), _get(world, "mo")
    challenge = make.challenge(
        by=anna,
        region=region,
        visibility=visibility,
        title=f"{word}titel over wonen",
        question=f"{word}vraag",
        tags=[f"{word}label"],
        stage="maken-en-testen",
    )
    comment = Comment.write(challenge, f"{word}reactie", by=anna)
    prototype = Prototype.add(challenge, by=anna, what=f"{word}prototype")
    test: TestRound = make.round(prototype, learned=f"{word}testronde")
    attachment = Attachment.add(challenge, ContentFile(b"%PDF-1.4 x", f"{word}bestand.pdf"), "application/pdf", by=anna)
    # who offers, reports and gives feedback here must see it: on the closed one a moderator does
    helper = bram if visibility == Visibility.PUBLIC else mo
    offer = Offer.make(challenge, by=helper, kind="expertise", words="aanbod")
    accepted = Offer.make(challenge, by=helper, kind="contact", words=f"{word}onderweg")
    accepted.settle(by=anna, accept=True, answer="graag")
    happened = Offer.make(challenge, by=helper, kind="contact", words="aanbod")
    happened.settle(by=anna, accept=True, answer="graag")
    happened.close(by=anna, happened=True, outcome=f"{word}deur")
    backing = Offer.make(
        challenge,
        by=helper,
        kind="steun",
        words=f"{'open' if word == 'open' else 'beperkt'}steun",
        backer_name="Bea",
        backer_function="wethouder",
        backer_email=f"{visibility}.kanariebestuursadres@voorbeeld.example",
    )
    report = Report.make(challenge, by=helper, reason="other", words="signaal")
    # before the visibility was changed a visitor may have written this; who has the link reads what they wrote
    unconfirmed = UnconfirmedReport.keep(
        challenge, f"{visibility}@voorbeeld.example", comment=None, language="nl", reason="other", words="onbevestigd"
    )
    asked = Ruling.ask_change(challenge, by=mo, reason="other", words=f"{word}wijziging", comment=comment)
    review = cabinet.feedback(challenge)
    return {
        "challenge": challenge,
        "author": anna,
        "region": region,
        "comment": comment,
        "prototype": prototype,
        "round": test,
        "attachment": attachment,
        "offer": offer,
        "accepted": accepted,
        "backing": backing,
        "backing_link": SimpleNamespace(get_absolute_url=backing.get_backing_url),
        "report": report,
        "unconfirmed": unconfirmed,
        "asked": asked,
        "review": review,
        "remark": Remark.write(review, f"{word}weerwoord", by=anna, is_for_cabinet=False),
        "point": review.points.get(),
    }


def _board(world: World, region: Region, visibility: str, word: str) -> dict[str, Any]:
    """A question with an answer that helped, an announcement that is not published, and a document of two editions."""
    anna, bram, mo = _get(world, "anna"), _get(world, "bram"), _get(world, "mo")
    question = make.post(
        by=anna, region=region, visibility=visibility, title=f"{word}bericht over wonen", words=f"{word}bericht"
    )
    answer = Comment.write(question, f"{word}antwoord", by=bram)
    question.mark(answer, by=anna, seen=None)
    announcement = make.post(
        by=mo,
        region=region,
        visibility=visibility,
        sort=Sort.ANNOUNCEMENT,
        state=State.DRAFT,
        title=f"{'kanarie' if word == 'kanarie' else 'half'}mededeling over wonen",
    )
    document = make.document(
        by=anna,
        region=region,
        visibility=visibility,
        name=f"{word}bijlage.txt",
        title=f"{word}document over wonen",
        description=f"{word}document",
    )
    make.edition(document, anna, f"{word}bijlage.txt", news=f"{word}nieuws")
    return {"post": question, "announcement": announcement, "document": document}


def _around(world: World, utrecht: Region) -> None:
    """What is private for other reasons, on the challenge that everyone sees or beside it."""
    anna, bram, mo, kim = (_get(world, name) for name in ("anna", "bram", "mo", "kim"))
    shown: Challenge = world.open["challenge"]
    make.challenge(by=anna, region=utrecht, visibility=Visibility.REGION, title="kanarieregio over wonen")
    make.challenge(by=anna, region=utrecht, state=State.DRAFT, title="kanarieconcept over wonen")
    make.post(by=anna, region=utrecht, state=State.DRAFT, title="kanarieberichtconcept over wonen")
    hidden = make.challenge(by=anna, region=utrecht, title="kanarieverborgen over wonen")
    Ruling.hide(hidden, by=mo, reason="other", words="kanarieuitleg")
    appealed = make.challenge(by=anna, region=utrecht, title="betwist")
    ruling = Ruling.hide(appealed, by=mo, reason="other", words="uitleg")
    rows = {"appeal": Appeal.make(ruling, by=anna, words="kanariebezwaar"), "ruling": hidden.rulings.get()}
    world.open |= rows
    world.closed |= rows
    gone = Comment.write(shown, "kanarieverborgenreactie", by=make.person("Rob"))
    Ruling.on_comment(gone, by=mo, hide=True, reason="other")
    carla = make.person("Carla")
    for person, word in ((carla, "kanarieexpertise"), (bram, "kanariekennis")):
        person.set_expertise([word])
        person.save()
    Offer.make(shown, by=carla, kind="geld", words="kanarieaanbod")
    cabinet.around(shown, bram=bram, anna=anna, kim=kim)
    world.open |= cabinet.sheet(utrecht, anna=anna, kim=kim)
    pim = make.person("Pim")
    membership = utrecht.ask_to_join(pim, "kanariemotivatie")
    Report.make(shown, by=bram, reason="other", words="kanariesignaal", comment=world.open["comment"])
    world.open["membership"] = world.closed["membership"] = membership
    _at_the_door(world, utrecht)
    _meetings(world, utrecht)
    _cabinet(world, utrecht)
    _on_behalf(world, utrecht)
    _moderation(world, shown)
    world.open["hidden"] = world.closed["hidden"] = hidden
    world.open["person"] = world.closed["person"] = carla


def _at_the_door(world: World, utrecht: Region) -> None:
    """Who was invited, who is in and who was put outside; what the moderators wrote about it."""
    mo = _get(world, "mo")
    utrecht.arrange(mo, house_rules="Wees aardig.", welcome_mail="kanariewelkom", contact="kanariecontact")
    Invitation.objects.invite(utrecht, ["kanariegenodigde@voorbeeld.example", "gast@voorbeeld.example"], by=mo)
    silent = make.member(make.person("Sil"), utrecht)
    silent.suspend(mo, reason="rules", words="kanarieschorsing", ends_on=timezone.localdate())
    rows = {
        "invitation": Invitation.objects.get(email="gast@voorbeeld.example"),
        "active": _get(world, "bram").memberships.get(),
        "suspended": silent,
    }
    world.open |= rows
    world.closed |= rows


def _meetings(world: World, utrecht: Region) -> None:
    """One that everyone reads and that comes, with a guest; and one that is over and that few see, with its minutes."""
    mo, anna = _get(world, "mo"), _get(world, "anna")
    coming = make.meeting(by=mo, region=utrecht, title="Open over wonen", capacity=9)
    Signup.ask(coming, email="kanariegast@voorbeeld.example", name="Gast", perspective="inwoner")
    signup = Signup.objects.get()
    signup.confirm()
    mine = Agreement.make(coming, by=mo, words="Bellen", owner=anna, due_on=timezone.localdate())
    over = make.meeting(
        by=mo,
        region=utrecht,
        days=-3,
        title="kanariebijeenkomst over wonen",
        visibility=Visibility.TEAM,
        link="https://kanarielink.example/",
    )
    over.arrange(mo, [{"title": "kanarieagenda", "words": "", "length": 5, "about": None}])
    over.close(mo, seen=0, minutes="kanarieverslag", present={"inwoner": 2}, said={})
    theirs = Agreement.make(over, by=mo, words="kanarieafspraak", owner=anna, due_on=timezone.localdate())
    world.open |= {"meeting": coming, "agreement": mine, "signup": signup}
    world.closed |= {"meeting": over, "agreement": theirs, "signup": signup}


def _cabinet(world: World, utrecht: Region) -> None:
    """A question of the secretary to a member by name, and a session with a pitch for all, and one for few."""
    anna, kim, sam, mo = (_get(world, name) for name in ("anna", "kim", "sam", "mo"))
    cabinet.among_few(utrecht, anna=anna, sam=sam)
    seat = cabinet.portrait(kim)
    asked = cabinet.planned(utrecht, anna=anna, kim=kim, sam=sam)
    world.open |= seat | asked | cabinet.session(utrecht, Visibility.PUBLIC, world.open["challenge"], mo=mo)
    world.closed |= seat | asked | cabinet.session(utrecht, Visibility.TEAM, world.closed["challenge"], mo=mo)


def _on_behalf(world: World, utrecht: Region) -> None:
    """What a moderator posted, for few, on behalf of someone who has no account."""
    mo = _get(world, "mo")
    posted = make.challenge(by=mo, region=utrecht, visibility=Visibility.TEAM, title="kanarienamens over wonen")
    rows = {"behalf": posted, "claim": Claim.ask(posted, "kanariegastadres@voorbeeld.example", by=mo)}
    world.open |= rows
    world.closed |= rows


def _moderation(world: World, shown: Challenge) -> None:
    """A report by a visitor, a question to change, a warning, and what a moderator dealt with in one go."""
    bram, mo = _get(world, "bram"), _get(world, "mo")
    visitor = "kanariebezoeker@voorbeeld.example"
    Report.make(shown, by=None, email=visitor, language="nl", reason="other", words="kanariebezoekersignaal")
    Ruling.ask_change(world.open["sheet_challenge"], by=mo, reason="other", words="kanariewijziging")
    Sanction.warn(bram.memberships.get(), by=mo, reason="other", words="kanariewaarschuwing")
    asked = shown.region.ask_to_join(make.person("Joep"))
    batch = Batch.run(chosen(mo, [("joining", asked.pk, None)]), by=mo)
    world.open["batch"] = world.closed["batch"] = batch
    world.open["export"] = world.closed["export"] = _export(shown.region, mo)


def _export(region: Region, by: Person) -> Export:
    """What a moderator asked for, ready to be downloaded."""
    export = Export.ask(region, by=by)
    export.begin()
    export.path.write_bytes(b"kanarieexport")
    export.finish(size=13, sha256="0" * 64)
    return export


def _get(world: World, name: str) -> Person:
    person = world.people[name]
    assert person
    return person


def every_url(resolver: URLResolver | None = None, namespace: str = "", path: str = "") -> Iterator[tuple[str, str]]:
    """Give the name and the path of every URL of the site, the third parties' included."""
    for pattern in (resolver or get_resolver()).url_patterns:
        route = path + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from every_url(pattern, inner, route)
        elif isinstance(pattern, URLPattern):
            yield f"{namespace}{pattern.name}", route
