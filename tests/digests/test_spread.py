"""Whom an event concerns, and why."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Person
from challenges.models import Challenge
from digests.spread import concerned, spread
from regions.models import (
    Audience,
    Claim,
    Comment,
    Event,
    Invitation,
    Membership,
    Notice,
    Part,
    Region,
    Theme,
    Unspread,
    Verb,
    Visibility,
)
from tests import make

NOBODY: dict[str, str] = {}
TEAM = {"anna": "own", "bram": "own"}
TEAM_WAITS = {"anna": "waits", "bram": "waits"}
TEAM_ABOUT = {"anna": "about", "bram": "about"}
FOLLOWERS = {"far": "follow", "eva": "follow"}
ALL, NETWORK, TEAM_ONLY, DESK = Audience.ALL, Audience.NETWORK, Audience.TEAM, Audience.DESK
PARTIES, CABINET = Audience.PARTIES, Audience.CABINET

RULES: dict[Verb, tuple[Audience, dict[str, str]]] = {
    Verb.PUBLISHED: (ALL, TEAM | FOLLOWERS | {"lid": "region", "mo": "region", "theo": "theme"}),
    Verb.IMPORTED: (ALL, TEAM),
    Verb.EDITED: (ALL, TEAM | FOLLOWERS),
    Verb.FILED: (ALL, TEAM),
    Verb.COMMENTED: (ALL, TEAM | FOLLOWERS),
    Verb.HELPED: (ALL, TEAM | FOLLOWERS | {"sub": "about"}),
    Verb.UNHELPED: (ALL, NOBODY),
    Verb.MAILED: (DESK, NOBODY),
    Verb.NEW_EDITION: (ALL, TEAM | FOLLOWERS),
    Verb.ATTACHED: (ALL, TEAM | FOLLOWERS),
    Verb.DETACHED: (ALL, TEAM),
    Verb.MOVED: (ALL, TEAM | FOLLOWERS),
    Verb.PROTOTYPED: (ALL, TEAM | FOLLOWERS),
    Verb.TESTED: (ALL, TEAM | FOLLOWERS),
    Verb.OFFERED: (PARTIES, TEAM_WAITS),
    Verb.OFFER_ACCEPTED: (ALL, TEAM | FOLLOWERS | {"sub": "about"}),
    Verb.OFFER_DECLINED: (PARTIES, TEAM | {"sub": "about"}),
    Verb.OFFER_HAPPENED: (ALL, TEAM | FOLLOWERS | {"sub": "about"}),
    Verb.OFFER_LAPSED: (PARTIES, TEAM | {"sub": "about"}),
    Verb.OFFER_WITHDRAWN: (PARTIES, TEAM),
    Verb.OFFER_REMINDED: (PARTIES, TEAM_WAITS | {"sub": "waits"}),
    Verb.BACKING_ASKED: (PARTIES, NOBODY),
    Verb.OFFER_BACKED: (ALL, TEAM | FOLLOWERS | {"sub": "about"}),
    Verb.JOINED_TEAM: (ALL, TEAM | {"sub": "about"}),
    Verb.LEFT_TEAM: (ALL, TEAM | {"sub": "about"}),
    Verb.ASKED_REVIEW: (NETWORK, TEAM | {"eva": "follow", "kim": "waits", "sam": "waits"}),
    Verb.CLOSED_REVIEW: (NETWORK, TEAM),
    Verb.ASSIGNED: (CABINET, {"sub": "waits"}),
    Verb.UNASSIGNED: (CABINET, {"sub": "about"}),
    Verb.REMINDED: (CABINET, {"sub": "waits"}),
    Verb.RECUSED: (CABINET, {"sam": "waits"}),
    Verb.REVIEWED: (NETWORK, TEAM_WAITS | {"eva": "follow"}),
    Verb.REVIEW_CORRECTED: (NETWORK, TEAM),
    Verb.REMARKED: (NETWORK, TEAM | {"sub": "about"}),
    Verb.REMARK_DELETED: (NETWORK, NOBODY),
    Verb.POINT_CLOSED: (NETWORK, TEAM),
    Verb.POINT_ASKED_ON: (NETWORK, TEAM_WAITS),
    Verb.POINT_ANSWERED: (NETWORK, TEAM | {"eva": "follow", "sub": "about"}),
    Verb.REFLECTED: (ALL, TEAM | FOLLOWERS),
    Verb.BOARD_DECIDED: (ALL, TEAM_ABOUT | FOLLOWERS),
    Verb.WARNED_SILENT: (TEAM_ONLY, TEAM_WAITS),
    Verb.GOES_ON: (ALL, TEAM | FOLLOWERS),
    Verb.LET_BE: (DESK, NOBODY),
    Verb.CLAIM_ASKED: (DESK, NOBODY),
    Verb.CLAIMED: (ALL, TEAM | FOLLOWERS | {"sub": "about"}),
    Verb.CLAIM_REFUSED: (DESK, {"sub": "about"}),
    Verb.CLAIM_WITHDRAWN: (DESK, {"sub": "about"}),
    Verb.HANDED_OVER: (ALL, TEAM | FOLLOWERS | {"sub": "about"}),
    Verb.HIDDEN: (TEAM_ONLY, TEAM_ABOUT),
    Verb.RESTORED: (TEAM_ONLY, TEAM_ABOUT),
    Verb.COMMENTS_CLOSED: (ALL, TEAM),
    Verb.COMMENTS_OPENED: (ALL, TEAM),
    Verb.COMMENT_EDITED: (DESK, NOBODY),
    Verb.COMMENT_DELETED: (DESK, NOBODY),
    Verb.COMMENT_HIDDEN: (DESK, {"sub": "about"}),
    Verb.COMMENT_RESTORED: (DESK, {"sub": "about"}),
    Verb.REPORTED: (DESK, {"mo": "waits"}),
    Verb.SUBMITTED: (DESK, {"mo": "waits"}),
    Verb.APPROVED: (DESK, {"sub": "about"}),
    Verb.APPEALED: (DESK, {"mo": "waits"}),
    Verb.APPEAL_DECIDED: (DESK, {"sub": "about"}),
    Verb.REPORT_CLOSED: (DESK, {"sub": "about"}),
    Verb.SIGNUP_ASKED: (DESK, NOBODY),
    Verb.SIGNED_UP: (DESK, NOBODY),
    Verb.SIGNED_OFF: (DESK, NOBODY),
    Verb.MOVED_UP: (DESK, {"sub": "about"}),
    Verb.MEETING_MOVED: (ALL, TEAM | FOLLOWERS),
    Verb.MEETING_CANCELLED: (ALL, TEAM | FOLLOWERS),
    Verb.MEETING_REMINDED: (TEAM_ONLY, NOBODY),
    Verb.MEETING_CLOSED: (ALL, TEAM | FOLLOWERS),
    Verb.DISCUSSED: (ALL, TEAM | FOLLOWERS),
    Verb.AGREED: (ALL, TEAM | FOLLOWERS | {"sub": "waits"}),
    Verb.AGREEMENT_DONE: (ALL, TEAM | FOLLOWERS | {"sub": "about"}),
    Verb.AGREEMENT_DROPPED: (ALL, NOBODY),
    Verb.REPORT_CLOSED: (DESK, NOBODY),
    Verb.REPORT_REOPENED: (DESK, {"sub": "about"}),
    Verb.CHANGE_ASKED: (TEAM_ONLY, TEAM_WAITS),
    Verb.COMMENT_ASKED: (DESK, {"sub": "waits"}),
    Verb.CHANGE_MADE: (DESK, {"mo": "waits"}),
    Verb.CHANGE_ACCEPTED: (TEAM_ONLY, TEAM_ABOUT),
    Verb.CHANGE_WITHDRAWN: (TEAM_ONLY, TEAM_ABOUT),
    Verb.APPROVAL_UNDONE: (DESK, {"sub": "about"}),
    Verb.STAFF_ADDED: (DESK, NOBODY),
    Verb.STAFF_CHANGED: (DESK, NOBODY),
    Verb.STAFF_REMOVED: (DESK, NOBODY),
}
"""What happens to a public challenge: the audience that the product writes, and who is told why."""

IN_A_REGION = {
    Verb.REPORT_ANSWERED: {"sub": "about"},
    Verb.ASKED_TO_JOIN: {"mo": "waits"},
    Verb.LET_IN: {"sub": "about"},
    Verb.LET_IN_UNDONE: {"sub": "about"},
    Verb.NOT_LET_IN: {"sub": "about"},
    Verb.JOINED: NOBODY,
    Verb.LEFT: NOBODY,
    Verb.INVITED: NOBODY,
    Verb.INVITATION_WITHDRAWN: NOBODY,
    Verb.WARNED: {"sub": "about"},
    Verb.SUSPENDED: {"sub": "about"},
    Verb.READMITTED: {"sub": "about"},
    Verb.WITHOUT_MODERATOR: {"stan": "waits"},
    Verb.REGION_ARRANGED: NOBODY,
    Verb.EXPORT_ASKED: NOBODY,
    Verb.EXPORT_READY: {"sub": "about"},
    Verb.REGION_EXPORTED: NOBODY,
}
SUBJECTS = {Verb.ASKED_TO_JOIN: "act", Verb.INVITED: "", Verb.WITHOUT_MODERATOR: "", Verb.REGION_ARRANGED: ""}
SUBJECTS |= dict.fromkeys((Verb.EXPORT_ASKED, Verb.REGION_EXPORTED), "")
"""Whom an event in a region is about, where that is not someone else."""
NOWHERE = {
    Verb.SEAT_AGREED: NOBODY,
    Verb.REGION_WISHED: {"stan": "waits"},
    Verb.AFFILIATION_ASKED: NOBODY,
    Verb.AFFILIATION_CONFIRMED: {"sub": "about"},
    Verb.AFFILIATION_DECLINED: {"sub": "about"},
}
ABOUT_SOMEONE = {verb for verb, (_audience, told) in RULES.items() if "sub" in told}


@pytest.fixture
def people(
    anna: Person, bram: Person, mo: Person, eva: Person, kim: Person, sam: Person, stan: Person, utrecht: Region
) -> dict[str, Person]:
    """Anna and Bram are the team; Eva follows from another region, `far` from none; `act` does it."""
    others = {name: make.person(name) for name in ("far", "lid", "theo", "sub", "act", "left")}
    make.member(others["lid"], utrecht)
    make.member(others["left"], utrecht, state=Membership.State.ENDED)
    make.member(others["act"], utrecht)
    known = {"anna": anna, "bram": bram, "mo": mo, "eva": eva, "kim": kim, "sam": sam, "stan": stan}
    return known | others


@pytest.fixture
def challenge(people: dict[str, Person], utrecht: Region) -> Challenge:
    theme = Theme.objects.create(slug="jeugd", name="Jeugd")
    theme.followers.add(people["theo"], people["lid"])
    challenge = make.challenge(by=people["anna"], region=utrecht, themes=[theme])
    challenge.involve(people["bram"], Part.TEAM, by=people["anna"])
    challenge.involve(people["kim"], Part.REVIEWER, by=people["anna"])
    for name in ("far", "eva", "act", "bram"):
        challenge.follow(people[name])
    Unspread.objects.all().delete()
    return challenge


def told(people: dict[str, Person]) -> dict[str, str]:
    spread()
    names = {person.pk: name for name, person in people.items()}
    return {names[notice.person_id]: notice.reason for notice in Notice.objects.all()}


def test_every_verb_has_a_rule() -> None:
    assert set(RULES) | set(IN_A_REGION) | set(NOWHERE) == set(Verb)


@pytest.mark.parametrize("verb", RULES)
def test_of_a_challenge_these_are_told(verb: Verb, people: dict[str, Person], challenge: Challenge) -> None:
    audience, expected = RULES[verb]
    comment = Comment.objects.create(contribution=challenge, author=people["act"], text="Ja.")
    subject = people["sub"] if verb in ABOUT_SOMEONE else None
    about = {
        Verb.COMMENTED: comment,
        Verb.CLAIM_ASKED: Claim.ask(challenge, "x@y.example", by=people["anna"]),
        Verb.BACKING_ASKED: make.offer(challenge, people["sub"], kind="steun"),
    }.get(verb)
    Unspread.objects.all().delete()
    Event.write(verb, by=people["act"], contribution=challenge, audience=audience, subject=subject, about=about)
    assert told(people) == expected


@pytest.mark.parametrize("verb", IN_A_REGION)
def test_of_a_region_these_are_told(verb: Verb, people: dict[str, Person], utrecht: Region) -> None:
    subject = people.get(SUBJECTS.get(verb, "sub"))
    Invitation.objects.invite(utrecht, ["gast@voorbeeld.example"], by=people["act"])
    Unspread.objects.all().delete()
    about = Invitation.objects.get() if verb == Verb.INVITED else None
    Event.write(verb, by=people["act"], region=utrecht, subject=subject, about=about, audience=Audience.DESK)
    assert told(people) == IN_A_REGION[verb]


@pytest.mark.parametrize("verb", NOWHERE)
def test_of_the_network_these_are_told(verb: Verb, people: dict[str, Person]) -> None:
    by_themselves = verb in (Verb.REGION_WISHED, Verb.AFFILIATION_ASKED)
    Event.write(verb, by=people["act"], subject=people["act" if by_themselves else "sub"], audience=Audience.DESK)
    assert told(people) == NOWHERE[verb]


@pytest.mark.parametrize("kind", ["post", "document"])
def test_of_what_a_region_posts_its_members_are_told(kind: str, people: dict[str, Person], utrecht: Region) -> None:
    theme = Theme.objects.create(slug="jeugd", name="Jeugd")
    theme.followers.add(people["theo"], people["lid"])
    made = getattr(make, kind)(by=people["anna"], region=utrecht, themes=[theme], visibility=Visibility.PUBLIC)
    assert told(people) == {"bram": "region", "mo": "region", "lid": "region", "act": "region", "theo": "theme"}
    Notice.objects.all().delete()
    Comment.write(made, "Ik weet het.", by=people["lid"])
    assert told(people) == {"anna": "own"}


def test_who_is_answered_is_told(people: dict[str, Person], challenge: Challenge) -> None:
    question = Comment.write(challenge, "Weet iemand dit?", by=people["lid"])
    Unspread.objects.all().delete()
    Comment.write(challenge, "Ja.", by=people["anna"], parent=question)
    assert told(people) == {"bram": "own", "lid": "about"} | FOLLOWERS | {"act": "follow"}


@pytest.mark.parametrize(
    ("state", "visibility", "expected"),
    [
        ("published", Visibility.NETWORK, {"anna": "own", "bram": "own", "eva": "follow", "act": "follow"}),
        ("published", Visibility.REGION, {"anna": "own", "bram": "own", "act": "follow"}),
        ("published", Visibility.TEAM, TEAM),
        ("hidden", Visibility.PUBLIC, TEAM),
        ("archived", Visibility.PUBLIC, TEAM | FOLLOWERS | {"act": "follow"}),
    ],
)
def test_only_who_may_see_it_is_told(
    state: str, visibility: str, expected: dict[str, str], people: dict[str, Person], challenge: Challenge
) -> None:
    challenge.state, challenge.visibility = state, visibility
    challenge.save(update_fields=["state", "visibility"])
    Event.write(Verb.MOVED, by=people["stan"], contribution=challenge)
    assert told(people) == expected


def test_a_blocked_person_is_not_told(people: dict[str, Person], challenge: Challenge) -> None:
    Person.objects.filter(pk=people["far"].pk).update(is_active=False)
    Event.write(Verb.MOVED, by=people["act"], contribution=challenge)
    assert told(people) == TEAM | {"eva": "follow"}


def test_spreading_twice_tells_once(people: dict[str, Person], challenge: Challenge) -> None:
    event = Event.write(Verb.MOVED, by=people["act"], contribution=challenge)
    first = told(people)
    Unspread.objects.create(event=event)
    assert (told(people), Notice.objects.count(), Unspread.objects.count()) == (first, len(first), 0)


@pytest.fixture
def crowd(utrecht: Region) -> list[Person]:
    people = [Person(email=f"lid{n}@crowd.example", name=f"Lid {n}") for n in range(500)]
    Person.objects.bulk_create(people)
    Membership.objects.bulk_create([Membership(person=who, region=utrecht, state="active") for who in people])
    return people


def test_many_readers_of_a_public_challenge_cost_no_query_each(
    crowd: list[Person], people: dict[str, Person], challenge: Challenge
) -> None:
    event = Event.write(Verb.PUBLISHED, by=people["anna"], contribution=challenge)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        spread()
    assert (len(concerned(event)) > 500, len(queries) < 25) == (True, True)


def test_many_members_of_a_closed_region_cost_no_query_each(
    crowd: list[Person], people: dict[str, Person], challenge: Challenge
) -> None:
    Challenge.objects.filter(pk=challenge.pk).update(visibility=Visibility.REGION)
    event = Event.write(Verb.PUBLISHED, by=people["anna"], contribution=Challenge.objects.get(pk=challenge.pk))
    with CaptureQueriesContext(connection) as queries:
        spread()
    assert (Notice.objects.filter(event=event).count() > 500, len(queries) < 35) == (True, True)
