"""What changes between planning and sending, in every combination: nothing leaks, and the rest arrives."""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email.message import EmailMessage

import pytest
from allauth.account.models import EmailAddress
from django.db import transaction
from django.utils import timezone

from accounts.models import Person, Role
from challenges.models import Asking, Challenge
from digests.models import Enclosure, Mail
from digests.plan import plan
from digests.rhythm import subscribe
from digests.send import send_waiting
from digests.spread import spread
from regions.models import Comment, Membership, Region, Ruling, Unspread
from tests import make
from tests.digests.mailing import Post, wants

Changes = frozenset[str]


@dataclass(frozen=True)
class Scene:
    """Rita, a member of Utrecht, moderator of Holland and seat, with a planned mail of seven things."""

    rita: Person
    mo: Person
    target: Challenge
    mail: Mail


@pytest.fixture
def scene(anna: Person, bram: Person, mo: Person, eva: Person, kas: Person, bo: Person, utrecht: Region) -> Scene:
    rita = make.person("Rita Rijk")
    holland = make.region("Holland")
    make.member(rita, utrecht)
    make.member(rita, holland, moderator=True)
    make.seat(rita)
    wants(rita)
    target = make.challenge(by=anna, region=utrecht, title="Kanarietitel")
    regional = make.challenge(by=anna, region=utrecht, visibility="region")
    network = make.challenge(by=eva, region=Region.objects.get(name="Eindhoven"), visibility="network")
    calm = make.challenge(by=bram, region=utrecht)
    for challenge in (target, regional, network, calm):
        challenge.follow(rita)
    Unspread.objects.all().delete()
    Comment.write(target, "kanarieeen", by=eva)
    Comment.write(target, "kanarietwee", by=eva)
    make.review(target, kas, points=(), answer="kanariefeedback")
    Comment.write(regional, "kanarieregio", by=bram)
    Comment.write(network, "kanarienetwerk", by=eva)
    Comment.write(calm, "kanarieblijft", by=eva)
    holland.ask_to_join(bo, motivation="kanarieverzoek")
    spread()
    plan()
    return Scene(rita, mo, target, Mail.objects.get(person=rita))


# --- what happens -------------------------------------------------------------------------------------------


def reopen(scene: Scene) -> None:
    """A new question hides the feedback from seats that gave none; and it gives them sight of the challenge."""
    Asking.open_for(Challenge.objects.get(pk=scene.target.pk), by=scene.target.author)


def delete(scene: Scene) -> None:
    Comment.objects.get(text="kanarieeen").delete_text()


def hide(scene: Scene) -> None:
    Ruling.hide(Challenge.objects.get(pk=scene.target.pk), by=scene.mo, reason="privacy", words="")


def move(scene: Scene) -> None:
    far = Region.objects.create(name="Verweg", slug="verweg")
    Challenge.objects.filter(pk=scene.target.pk).update(region=far, visibility="region")


def close(scene: Scene) -> None:
    Challenge.objects.filter(pk=scene.target.pk).update(visibility="team")


def end_seat(scene: Scene) -> None:
    Role.objects.filter(person=scene.rita).update(starts_on="2020-01-01", ends_on="2020-12-31")


def end_desk(scene: Scene) -> None:
    Membership.objects.filter(person=scene.rita, region__name="Holland").delete()


def suspend(scene: Scene) -> None:
    Membership.objects.filter(person=scene.rita, region__name="Utrecht").update(state="suspended")


CHANGES: tuple[Callable[[Scene], None], ...] = (reopen, delete, hide, move, close, end_seat, end_desk, suspend)


def told(changes: Changes) -> set[str]:
    """Return what Rita reads after these changes, by the table of rights."""
    is_seat, is_desk, is_member = "end_seat" not in changes, "end_desk" not in changes, "suspend" not in changes
    in_network = is_seat or is_desk or is_member
    is_asked = is_seat and "reopen" in changes
    sees = "hide" not in changes and (is_asked or not changes & {"move", "close"})
    reads = {
        "een": sees and "delete" not in changes,
        "twee": sees,
        "feedback": sees and in_network and not is_asked,
        "regio": is_member,
        "netwerk": in_network,
        "blijft": True,
        "verzoek": is_desk,
    }
    return {f"kanarie{word}" for word, is_read in reads.items() if is_read}


WORDS = told(frozenset())


def found_in(mail: EmailMessage) -> set[str]:
    """Return every canary in the headers, the text and the HTML of a mail."""
    parts = [str(part.get_content()) for part in mail.walk() if not part.is_multipart()]
    whole = "\n".join([*map(str, mail.values()), *parts])
    return {word for word in [*WORDS, "Kanarietitel"] if word in whole}


# --- every combination --------------------------------------------------------------------------------------


def combinations(scene: Scene, left: tuple[Callable[[Scene], None], ...], done: Changes) -> Iterator[Changes]:
    """Go through all combinations; at each the database stands as it says."""
    if not left:
        yield done
        return
    before = transaction.savepoint()
    yield from combinations(scene, left[1:], done)
    left[0](scene)
    yield from combinations(scene, left[1:], done | {left[0].__name__})
    transaction.savepoint_rollback(before)


def test_whatever_happens_together_nothing_leaks_and_the_rest_arrives(scene: Scene, post: Post) -> None:
    number = 0
    for changes in combinations(scene, CHANGES, frozenset()):
        number += 1
        before = transaction.savepoint()
        post.taken.clear()
        send_waiting(30)
        reads = told(changes)
        title = {"Kanarietitel"} if reads & {"kanarieeen", "kanarietwee", "kanariefeedback"} else set()
        (mail,) = post.mails
        assert (set(changes), found_in(mail)) == (set(changes), reads | title)
        assert (set(changes), Enclosure.objects.filter(mail=scene.mail).count()) == (set(changes), len(reads))
        transaction.savepoint_rollback(before)
    assert number == 2 ** len(CHANGES)


# --- who gets no mail at all --------------------------------------------------------------------------------


def block(scene: Scene) -> None:
    Person.objects.filter(pk=scene.rita.pk).update(is_active=False)


def unsubscribe(scene: Scene) -> None:
    subscribe(scene.rita, "never")


def erase(scene: Scene) -> None:
    EmailAddress.objects.filter(user=scene.rita).delete()
    gone = {"name": "Verwijderde deelnemer", "email": "weg@initiate.example", "erased_at": timezone.now()}
    Person.objects.filter(pk=scene.rita.pk).update(is_active=False, **gone)


ENDS = [
    some for number in (1, 2, 3) for some in itertools.combinations((block, unsubscribe, erase), number)
]  # every way in which someone gets no mail


@pytest.mark.parametrize("ends", ENDS, ids=lambda some: "+".join(one.__name__ for one in some))
def test_who_wants_or_may_have_no_mail_gets_none_whatever_else_happens(
    scene: Scene, post: Post, ends: tuple[Callable[[Scene], None], ...]
) -> None:
    for others in [(), *itertools.combinations(CHANGES, 1), CHANGES]:
        before = transaction.savepoint()
        for change in [*others, *ends]:
            change(scene)
        send_waiting(30)
        scene.mail.refresh_from_db()
        assert (post.taken, scene.mail.state) == ([], "cancelled")
        assert Enclosure.objects.filter(mail=scene.mail).count() == 0
        transaction.savepoint_rollback(before)
