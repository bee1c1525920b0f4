"""What is dropped after 90 days, and that nothing is told twice because of it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Person
from digests import retention
from digests.models import Enclosure, Mail
from digests.outbox import message_id
from digests.retention import drop_old
from digests.tasks import tick
from regions.models import Comment, Notice, Region, Verb
from tests import make
from tests.digests.mailing import Post, due, go_round, wants

OLD = timedelta(days=90)
YOUNG = timedelta(days=89)


@pytest.fixture
def told(anna: Person, bram: Person, utrecht: Region, post: Post) -> Mail:
    """An overview for Anna, which was sent; she never read the notice on the site."""
    wants(anna)
    Comment.write(make.challenge(by=anna, region=utrecht), "Goed idee.", by=bram)
    go_round()
    return Mail.objects.get(state="sent")


def notices() -> int:
    """Count those of what Bram wrote: he himself was told of the challenge."""
    return Notice.objects.filter(event__verb=Verb.COMMENTED).count()


def age(mail: Mail, by: timedelta) -> None:
    Mail.objects.filter(pk=mail.pk).update(state_at=timezone.now() - by)


def made(key: str, state: str) -> Mail:
    ended = timezone.now() - OLD
    return Mail.objects.create(key=key, kind="account", state=state, state_at=ended, message_id=message_id(key))


def test_a_mail_goes_with_what_it_told(told: Mail, post: Post, anna: Person) -> None:
    age(told, OLD)
    assert (drop_old(), Mail.objects.count(), Enclosure.objects.count(), notices()) == (1, 0, 0, 0)
    due(anna)
    go_round()
    assert len(post.taken) == 1


def test_it_stays_until_then(told: Mail) -> None:
    age(told, YOUNG)
    assert (drop_old(), Mail.objects.count(), notices()) == (0, 1, 1)


def test_what_is_not_finished_stays(db: None) -> None:
    for state in Mail.State.values:
        made(state, state)
    drop_old()
    assert set(Mail.objects.values_list("state", flat=True)) == {"ready", "claimed", "handing", "uncertain"}


@pytest.mark.parametrize(("by", "left"), [(YOUNG, 1), (OLD, 0)])
def test_what_was_read_and_never_mailed_goes_too(
    anna: Person, bram: Person, utrecht: Region, by: timedelta, left: int
) -> None:
    Comment.write(make.challenge(by=anna, region=utrecht), "Goed idee.", by=bram)
    go_round()
    Notice.objects.update(read_at=timezone.now() - by)
    tick()
    assert notices() == left


def test_what_is_new_stays_however_old_it_is(anna: Person, bram: Person, utrecht: Region) -> None:
    Comment.write(make.challenge(by=anna, region=utrecht), "Goed idee.", by=bram)
    go_round()
    assert (drop_old(), notices()) == (0, 1)


def test_a_notice_of_what_still_has_to_go_stays(told: Mail) -> None:
    held = made("held", "uncertain")
    Enclosure.objects.update(mail=held)
    age(told, OLD)
    assert (drop_old(), Mail.objects.get(), notices()) == (1, held, 1)


def test_it_goes_in_batches_and_ends(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "BATCH", 2)
    monkeypatch.setattr(retention, "BATCHES", 2)
    for number in range(5):
        made(str(number), "sent")
    assert (drop_old(), drop_old(), drop_old()) == (4, 1, 0)
