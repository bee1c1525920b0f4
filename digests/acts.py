"""What staff may do with a mail that is not finished: one table draws the buttons and guards what they send."""

from collections.abc import Callable
from dataclasses import dataclass

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import Person
from digests.models import Mail
from digests.outbox import wake
from digests.send import accept
from regions.models import Audience, Event, Verb


@dataclass(frozen=True)
class Act:
    """`fits` says of which mails it can be done; `do` returns False when a colleague or a sender was first."""

    name: str
    label: Promise
    words: Promise
    fits: Callable[[Mail], bool]
    do: Callable[[Mail], bool]


ACTS = (
    Act(
        "now",
        _("Try now"),
        _("The mail server asked for patience, or was not there. This does not wait for the next try."),
        lambda mail: mail.is_put_off,
        Mail.send_now,
    ),
    Act(
        "arrived",
        _("It arrived"),
        _("You found the Message-ID in the log of the mail server. The mail counts as sent."),
        lambda mail: mail.is_held,
        lambda mail: accept(mail, "found by staff in the log of the mail server"),
    ),
    Act(
        "again",
        _("Send again"),
        _("You know that it did not arrive. It goes with the same Message-ID, which most mail programs show once."),
        lambda mail: mail.is_held,
        Mail.send_now,
    ),
    Act(
        "release",
        _("Release"),
        _("You cannot tell. What is still new in it comes with the next overview; at worst someone reads it twice."),
        lambda mail: mail.is_held,
        Mail.release,
    ),
    Act(
        "cancel",
        _("Cancel"),
        _("It is not sent. What an overview would have told comes with the next one."),
        lambda mail: mail.state == Mail.State.READY,
        lambda mail: mail.end(Mail.State.CANCELLED, "cancelled by staff"),
    ),
)


def acts_for(mail: Mail) -> list[Act]:
    return [act for act in ACTS if act.fits(mail)]


@transaction.atomic
def act(mail: Mail, name: str, *, by: Person) -> bool:
    """Do this with a mail and write the event; return False when it can not, or no longer, be done."""
    done = any(one.do(mail) for one in acts_for(mail) if one.name == name)
    if done:
        model = mail._meta.label_lower
        Event.write(Verb.STAFF_CHANGED, by=by, about=mail, audience=Audience.DESK, spread=False, model=model, act=name)
        wake()
    return done
