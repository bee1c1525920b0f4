"""Two at once: one wins, the other hears it, and nothing is counted twice. Real threads and transactions."""

import re
import threading
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core.files.base import ContentFile
from django.db import connection
from django.test import Client

from accounts.models import Person
from regions.models import (
    Appeal,
    Comment,
    Contribution,
    Document,
    Event,
    Follow,
    Invitation,
    Membership,
    Post,
    Region,
    Ruling,
    Verb,
)
from tests import make

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*jobs: Callable[[], Any]) -> list[Any]:
    """Run all jobs at the same moment, each in a thread with a connection of its own; return what they gave."""
    start = threading.Barrier(len(jobs))
    answers: list[Any] = [None] * len(jobs)

    def run(number: int, job: Callable[[], Any]) -> None:
        try:
            start.wait(10)
            answers[number] = job()
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=each) for each in enumerate(jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return answers


def sender(person: Person, path: str, data: dict[str, Any]) -> Callable[[], list[str]]:
    """Return a job that posts and gives the kind of the message that the person then reads.

    From the page itself: the test client mixes up the contexts of threads.
    """
    client = Client()
    client.force_login(person)

    def send() -> list[str]:
        answer = client.post(path, data, follow=True)
        assert answer.status_code == 200
        shown = answer.content.decode().partition("initiate-messages")[2].partition("<h1")[0]
        return re.findall(r"utrecht-alert--(\w+)", shown)[:1]

    return send


def test_one_of_two_moderators_decides(utrecht: Region, mo: Person, mia: Person, bo: Person) -> None:
    asked = utrecht.ask_to_join(bo)
    path = f"/regios/utrecht/leden/{asked.pk}/besluit/"
    heard = at_once(sender(mo, path, {"besluit": "ja"}), sender(mia, path, {"besluit": "nee", "answer": "Te ver weg."}))
    assert sorted(heard) == [["ok"], ["warning"]]
    decided = Event.objects.filter(subject=bo, verb__in=[Verb.LET_IN, Verb.NOT_LET_IN])
    assert decided.count() == 1
    utrecht.refresh_from_db()
    is_in = Membership.objects.active().filter(person=bo).exists()
    assert utrecht.member_count == 2 + is_in


def test_the_same_comment_form_sent_eight_times_is_one_comment(utrecht: Region, anna: Person) -> None:
    challenge = make.challenge(by=anna, region=utrecht)
    data = {"text": "Dubbel geklikt", "form_key": str(uuid.uuid4())}
    at_once(*[sender(anna, f"/stuk/{challenge.pk}/reacties/", data) for _click in range(8)])
    assert Comment.objects.count() == 1
    assert Contribution.objects.get().comment_count == 1


def test_one_of_two_moderators_hides(utrecht: Region, anna: Person, mo: Person, mia: Person) -> None:
    challenge = make.challenge(by=anna, region=utrecht)
    why = {"reason": "privacy", "words": "Er staat een naam in."}
    heard = at_once(*[sender(person, f"/stuk/{challenge.pk}/verbergen/", why) for person in (mo, mia)])
    assert sorted(heard) == [["ok"], ["warning"]]
    assert (Ruling.objects.count(), Event.objects.filter(verb=Verb.HIDDEN).count()) == (1, 1)


def test_one_of_two_moderators_hides_a_comment(utrecht: Region, anna: Person, mo: Person, mia: Person) -> None:
    challenge = make.challenge(by=anna, region=utrecht)
    comment = Comment.write(challenge, "Ongepast", by=anna)
    why = {"reason": "insult", "words": "Blijf aardig."}
    heard = at_once(*[sender(person, f"/reacties/{comment.pk}/verbergen/", why) for person in (mo, mia)])
    assert sorted(heard) == [["ok"], ["warning"]]
    assert Contribution.objects.get().comment_count == 0


def test_following_twenty_times_at_once_counts_one(utrecht: Region, anna: Person, bram: Person) -> None:
    challenge = make.challenge(by=anna, region=utrecht)
    at_once(*[sender(bram, f"/stuk/{challenge.pk}/volgen/", {"follow": "1"}) for _click in range(20)])
    assert (Follow.objects.count(), Contribution.objects.get().follower_count) == (1, 1)


def test_twelve_comments_at_once_are_counted(utrecht: Region, anna: Person) -> None:
    challenge = make.challenge(by=anna, region=utrecht)
    path = f"/stuk/{challenge.pk}/reacties/"
    at_once(*[sender(anna, path, {"text": f"Reactie {number}"}) for number in range(12)])
    assert (Comment.objects.count(), Contribution.objects.get().comment_count) == (12, 12)


def test_asking_to_join_twice_at_once_is_one_question(utrecht: Region, bo: Person) -> None:
    path = "/regios/utrecht/leden/aanmelden/"
    at_once(*[sender(bo, path, {"motivation": f"Poging {number}"}) for number in range(6)])
    assert Membership.objects.filter(person=bo).count() == 1
    assert Event.objects.filter(verb=Verb.ASKED_TO_JOIN).count() == 1


def test_an_invitation_used_fifty_times_at_once_makes_one_member(utrecht: Region, mo: Person, bo: Person) -> None:
    EmailAddress.objects.create(user=bo, email="bo@gast.example", verified=True)
    Invitation.objects.invite(utrecht, ["bo@gast.example"], by=mo)
    path = Invitation.objects.get().get_absolute_url()
    for _ in range(5):
        heard = at_once(*(sender(bo, path, {}) for _ in range(10)))
    assert heard == [["info"]] * 10
    utrecht.refresh_from_db()
    assert (utrecht.memberships.active().count(), utrecht.member_count) == (2, 2)
    assert Event.objects.filter(verb=Verb.JOINED).count() == 1


def test_an_address_invited_twice_at_once_has_one_invitation(utrecht: Region, mo: Person, mia: Person) -> None:
    sent = {"addresses": "bo@gast.example", "akkoord": "ja"}
    path = "/regios/utrecht/leden/uitnodigen/"
    assert at_once(sender(mo, path, sent), sender(mia, path, sent)) == [["ok"], ["ok"]]
    assert Invitation.objects.count() == 1


def test_one_of_two_moderators_suspends_and_both_may_go_at_once(utrecht: Region, mo: Person, mia: Person) -> None:
    """Two moderators leave at the same moment: one of them is the last, and staff is told once."""
    path = "/regios/utrecht/leden/afmelden/"
    at_once(sender(mo, path, {}), sender(mia, path, {}))
    assert utrecht.memberships.active().count() == 0
    assert Event.objects.filter(verb=Verb.WITHOUT_MODERATOR).count() == 1


def test_one_of_two_decides_on_an_appeal(utrecht: Region, anna: Person, mo: Person, mia: Person, stan: Person) -> None:
    ruling = Ruling.hide(make.challenge(by=anna, region=utrecht), by=mo, reason="other", words="Nee.")
    path = f"/herbeoordelingen/{Appeal.make(ruling, by=anna, words='Toch.').pk}/"
    no, yes = ({"besluit": word, "answer": "Zo is het."} for word in ("nee", "ja"))
    assert sorted(at_once(sender(mia, path, no), sender(stan, path, yes))) == [["ok"], ["warning"]]
    assert Event.objects.filter(verb=Verb.APPEAL_DECIDED).count() == 1


def test_one_of_two_answers_is_marked(utrecht: Region, anna: Person, bram: Person) -> None:
    """Two tabs of the asker, opened before anything was marked."""
    question = make.post(by=anna, region=utrecht)
    answers = [Comment.write(question, words, by=bram) for words in ("Ja.", "Nee.")]
    path = f"{question.get_absolute_url()}antwoord/"
    heard = at_once(*(sender(anna, path, {"reactie": answer.pk, "seen": ""}) for answer in answers))
    assert sorted(heard) == [["ok"], ["warning"]]
    assert Event.objects.filter(verb=Verb.HELPED).count() == 1


def test_marking_an_answer_while_a_moderator_hides_it(utrecht: Region, anna: Person, mo: Person) -> None:
    """Whoever is first: readers see no marked answer, and neither waits for the other for ever."""
    question = make.post(by=anna, region=utrecht)
    for words in ("Een.", "Twee.", "Drie."):
        answer = Comment.write(question, words, by=mo)
        why = {"reason": "insult", "words": "Blijf aardig."}
        at_once(
            sender(anna, f"{question.get_absolute_url()}antwoord/", {"reactie": answer.pk, "seen": ""}),
            sender(mo, f"/reacties/{answer.pk}/verbergen/", why),
        )
        now = Post.objects.get()
        assert (now.answer, Comment.objects.get(pk=answer.pk).state) == (None, Comment.State.HIDDEN)
        Post.objects.get().mark(None, by=anna, seen=now.helped_id) if now.helped_id else None


def test_two_versions_at_once_are_both_kept(utrecht: Region, anna: Person, mo: Person) -> None:
    document = make.document(by=anna, region=utrecht)
    path = f"{document.get_absolute_url()}versies/nieuw/"
    sent = [
        {"file": ContentFile(name.encode(), f"{name}.txt"), "news": f"Van {name}.", "seen": "1"}
        for name in ("anna", "mo")
    ]
    heard = at_once(sender(anna, path, sent[0]), sender(mo, path, sent[1]))
    assert sorted(heard) == [["ok"], ["warning"]]
    assert list(document.editions.order_by("number").values_list("number", flat=True)) == [1, 2, 3]
    assert Document.objects.get().number == 3


def test_two_announcements_at_once_are_one_mail_to_all(utrecht: Region, mo: Person, mia: Person) -> None:
    posts = [make.post(by=who, region=utrecht, sort="mededeling", state="draft") for who in (mo, mia)]
    jobs = [sender(post.author, f"{post.get_absolute_url()}mailen/", {}) for post in posts]
    assert sorted(at_once(*jobs)) == [["ok"], ["warning"]]
    assert Event.objects.filter(verb=Verb.MAILED).count() == 1
    assert sorted(Post.objects.values_list("state", flat=True)) == ["draft", "published"]


def test_one_of_two_moderators_publishes_what_waited(utrecht: Region, anna: Person, mo: Person, mia: Person) -> None:
    Region.objects.update(holds_back=True)
    challenge = make.challenge(by=anna, region=Region.objects.get())
    path = f"/stuk/{challenge.pk}/goedkeuren/"
    assert sorted(at_once(sender(mo, path, {}), sender(mia, path, {}))) == [["ok"], ["warning"]]
    assert Event.objects.filter(verb=Verb.PUBLISHED).count() == 1
