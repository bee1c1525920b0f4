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
from django.utils import timezone

from accounts.models import Person
from regions.errors import AlreadyDone
from regions.models import (
    Appeal,
    Batch,
    Comment,
    Contribution,
    Document,
    Event,
    Follow,
    Invitation,
    Membership,
    Post,
    Region,
    Report,
    Ruling,
    State,
    UnconfirmedReport,
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


# --- reports ------------------------------------------------------------------------------------------------


def refused(job: Callable[[], Any]) -> Callable[[], bool]:
    """Return a job that tells whether somebody was first."""

    def run() -> bool:
        try:
            job()
        except AlreadyDone:
            return True
        return False

    return run


def test_one_of_two_moderators_closes_the_reports(
    utrecht: Region, anna: Person, bram: Person, bo: Person, mo: Person, mia: Person
) -> None:
    challenge = make.challenge(by=anna, region=utrecht)
    first, last = (Report.make(challenge, by=who, reason="other") for who in (bram, bo))
    path, seen = f"/signalen/{first.pk}/sluiten/", {"tot": str(last.pk)}
    assert sorted(at_once(sender(mo, path, seen), sender(mia, path, seen))) == [["ok"], ["warning"]]
    assert Event.objects.filter(verb=Verb.REPORT_ANSWERED).count() == 2


def test_a_report_that_comes_while_it_is_hidden_is_not_lost(utrecht: Region, anna: Person, mo: Person) -> None:
    """It is either closed with the others, or refused with words: never open on what is hidden."""
    for _ in range(6):
        challenge = make.challenge(by=anna, region=utrecht)
        people = [make.person() for _ in range(3)]
        at_once(
            lambda about=challenge: Ruling.hide(about, by=mo, reason="other", words="Nee."),
            *(refused(lambda about=challenge, who=who: Report.make(about, by=who, reason="other")) for who in people),
        )
    assert Report.objects.open().count() == 0
    answered = Event.objects.filter(verb=Verb.REPORT_ANSWERED).count()
    assert (answered, Report.objects.count()) == (Event.objects.filter(verb=Verb.REPORTED).count(), answered)


def test_a_report_on_a_comment_that_comes_while_it_is_hidden_is_not_lost(
    utrecht: Region, anna: Person, mo: Person
) -> None:
    challenge = make.challenge(by=anna, region=utrecht)
    for _ in range(6):
        comment = Comment.write(challenge, "Reclame", by=anna)
        about = Comment.objects.get(pk=comment.pk)
        at_once(
            lambda one=comment: Ruling.on_comment(one, by=mo, hide=True, reason="other", words="Nee."),
            refused(lambda one=about: Report.make(challenge, by=make.person(), reason="other", comment=one)),
        )
    assert Report.objects.open().count() == 0


def test_a_reply_that_comes_while_its_comment_is_hidden_is_no_deadlock(
    utrecht: Region, anna: Person, mo: Person
) -> None:
    challenge = make.challenge(by=anna, region=utrecht)
    for _ in range(6):
        comment = Comment.write(challenge, "Reclame", by=anna)
        at_once(
            lambda one=comment: Ruling.on_comment(one, by=mo, hide=True, reason="other", words="Nee."),
            lambda one=comment: Comment.write(challenge, "Antwoord", by=anna, parent=one),
        )
    assert (Comment.objects.hidden().count(), Contribution.objects.get().comment_count) == (6, 6)


def test_a_report_that_comes_while_others_are_closed_is_closed_or_waits(
    utrecht: Region, anna: Person, bo: Person, mo: Person
) -> None:
    for _ in range(6):
        challenge = make.challenge(by=anna, region=utrecht)
        first, who = Report.make(challenge, by=bo, reason="other"), make.person()
        at_once(
            lambda one=first: one.close(mo, last=one.pk),
            lambda about=challenge, by=who: Report.make(about, by=by, reason="other"),
        )
    assert Report.objects.open().count() == 6  # nobody saw these


def test_a_link_that_is_followed_ten_times_at_once_is_one_report(utrecht: Region, anna: Person) -> None:
    challenge = make.challenge(by=anna, region=utrecht)
    words = {"reason": "other", "words": "Dit niet."}
    kept = UnconfirmedReport.keep(challenge, "wie@thuis.example", comment=None, language="nl", **words)
    assert kept
    path = kept.get_absolute_url()
    at_once(*(lambda: Client().post(path) for _ in range(10)))
    assert (Report.objects.count(), Event.objects.filter(verb=Verb.REPORTED).count()) == (1, 1)


def test_an_address_that_is_sent_ten_times_at_once_gets_one_mail(utrecht: Region, anna: Person) -> None:
    challenge = make.challenge(by=anna, region=utrecht)
    words = {"reason": "other", "words": "Dit niet."}
    kept = at_once(
        *(
            lambda: UnconfirmedReport.keep(challenge, "wie@thuis.example", comment=None, language="nl", **words)
            for _ in range(10)
        )
    )
    assert (UnconfirmedReport.objects.count(), sum(one is not None for one in kept)) == (1, 1)


# --- a question to change -----------------------------------------------------------------------------------


def test_one_of_two_moderators_asks_for_a_change(utrecht: Region, anna: Person, mo: Person, mia: Person) -> None:
    challenge = make.challenge(by=anna, region=utrecht)
    comment = Comment.write(challenge, "Reclame", by=anna)
    why = {"reason": "privacy", "words": "Haal de naam weg."}
    for path in (f"/stuk/{challenge.pk}/wijziging/", f"/reacties/{comment.pk}/wijziging/"):
        assert sorted(at_once(sender(mo, path, why), sender(mia, path, why))) == [["ok"], ["warning"]]
    assert Ruling.objects.asking().count() == 2


def test_a_question_is_changed_or_taken_back_and_never_both(utrecht: Region, anna: Person, mo: Person) -> None:
    for _ in range(6):
        challenge = make.challenge(by=anna, region=utrecht)
        asked = Ruling.ask_change(challenge, by=mo, reason="other", words="Anders.")
        at_once(
            lambda one=challenge: one.edit(by=anna, seen=1, text={"question": "Zonder naam."}),
            refused(lambda one=asked: one.end(mo, accept=False)),
        )
        asked.refresh_from_db()
        assert bool(asked.changed_at) != bool(asked.ended_at)


# --- several rows at once -----------------------------------------------------------------------------------


def rows_of(utrecht: Region, anna: Person) -> list[str]:
    joining = [utrecht.ask_to_join(make.person()) for _ in range(3)]
    posting = [make.challenge(by=anna, region=utrecht, state=State.PENDING) for _ in range(3)]
    return [f"joining-{one.pk}" for one in joining] + [f"posting-{one.pk}" for one in posting]


def test_two_moderators_with_the_same_rows_do_each_row_once(
    utrecht: Region, anna: Person, mo: Person, mia: Person
) -> None:
    rows = rows_of(utrecht, anna)
    for order in (rows, rows[::-1]):
        at_once(*(sender(who, "/mijn/moderatie/samen/", {"rij": order}) for who in (mo, mia)))
    done = [item.state for batch in Batch.objects.all() for item in batch.items.all()]
    assert (done.count("done"), Event.objects.filter(verb__in=[Verb.LET_IN, Verb.APPROVED]).count()) == (6, 6)
    utrecht.refresh_from_db()
    assert utrecht.member_count == utrecht.memberships.active().count()


def test_rows_of_two_regions_do_not_wait_for_each_other(
    utrecht: Region, eindhoven: Region, mo: Person, mia: Person
) -> None:
    """Each row locks its region: one holds Utrecht and wants Eindhoven, the other the reverse."""
    for who in (mo, mia):
        make.member(who, eindhoven, moderator=True)
    for _ in range(5):
        asked = [where.ask_to_join(make.person()).pk for where in (utrecht, eindhoven, eindhoven, utrecht)]
        first, second = ([f"joining-{asked[one]}", f"joining-{asked[other]}"] for one, other in ((0, 2), (1, 3)))
        at_once(
            sender(mo, "/mijn/moderatie/samen/", {"rij": first}), sender(mia, "/mijn/moderatie/samen/", {"rij": second})
        )
    assert Event.objects.filter(verb=Verb.LET_IN).count() == 20


def test_what_is_taken_back_twice_at_once_is_taken_back_once(utrecht: Region, anna: Person, mo: Person) -> None:
    sender(mo, "/mijn/moderatie/samen/", {"rij": rows_of(utrecht, anna)})()
    path = f"{Batch.objects.get().get_absolute_url()}ongedaan/"
    at_once(sender(mo, path, {}), sender(mo, path, {}))
    verbs = Event.objects.filter(verb__in=[Verb.LET_IN_UNDONE, Verb.APPROVAL_UNDONE])
    assert (verbs.count(), Membership.objects.pending().count()) == (6, 3)


def test_a_let_in_is_taken_back_or_suspended_and_not_both(
    utrecht: Region, anna: Person, mo: Person, mia: Person
) -> None:
    for _ in range(4):
        asked = utrecht.ask_to_join(make.person())
        sender(mo, "/mijn/moderatie/samen/", {"rij": [f"joining-{asked.pk}"]})()
        path = f"{Batch.objects.latest('pk').get_absolute_url()}ongedaan/"
        membership, day = Membership.objects.get(pk=asked.pk), timezone.localdate()
        suspend = refused(
            lambda one=membership, until=day: one.suspend(mia, reason="rules", words="Nee.", ends_on=until)
        )
        at_once(sender(mo, path, {}), suspend)
        asked.refresh_from_db()
        undone = Event.objects.filter(verb=Verb.LET_IN_UNDONE, object_id=str(asked.pk)).exists()
        assert (asked.state, undone) in ((Membership.State.PENDING, True), (Membership.State.SUSPENDED, False))
