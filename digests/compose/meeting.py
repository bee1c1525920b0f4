"""The mails of a meeting, to who comes or waits."""

from digests.compose.page import confirmed_address, region_letter
from digests.letter import disarmed
from digests.models import Mail
from digests.relay import Letter
from regions.calendar import invite
from regions.models import Meeting, Signup

STATES: dict[str, tuple[str, ...]] = {
    "confirm": (Signup.State.ASKED, Signup.State.GOING, Signup.State.WAITING),
    "placed": (Signup.State.GOING, Signup.State.WAITING),
    "moved": (Signup.State.GOING, Signup.State.WAITING),
    "cancelled": (Signup.State.GOING, Signup.State.WAITING),
    "reminder": (Signup.State.GOING,),
    "closed": (Signup.State.GOING,),
}
"""How somebody must stand at the moment of sending for a mail to have any use."""

ANSWERED = frozenset({"moved", "cancelled", "closed"})
"""What can be answered by mail: news for all. An answer to the others says who is ill or comes later, in the open."""


def meeting_mail(mail: Mail) -> Letter | None:
    """Return what happens to a meeting, to who comes or waits and may read it at this moment."""
    what = str(mail.data["what"])
    later = _later(mail)
    if later is not None:
        mail.enclosures.update(mail=later)
        mail.end(Mail.State.CANCELLED, "a later mail tells it")
        return None
    signup = Signup.objects.filter(pk=mail.data["ids"]["object"], state__in=STATES[what]).first()
    meeting = Meeting.objects.visible_to(mail.person).filter(pk=signup.meeting_id if signup else 0).first()
    recipient = _comer(mail, signup)
    if signup is None or meeting is None or not recipient or not _still_holds(what, meeting):
        mail.end(Mail.State.CANCELLED, "no longer wanted, or it can not be read")
        return None
    with_calendar = what in ("placed", "moved", "cancelled", "reminder") and signup.state == Signup.State.GOING
    path = meeting.get_absolute_url() if signup.person_id else signup.get_absolute_url()
    return region_letter(
        mail,
        recipient,
        "mail/meeting",
        path,
        {
            "what": signup.state if what in ("confirm", "placed") else what,
            "meeting": meeting,
            "name": disarmed(signup.who),
            "is_guest": not signup.person_id,
            "link": meeting.link if signup.state == Signup.State.GOING else "",
        },
        answers=meeting if what in ANSWERED else None,
        calendar=invite(meeting, recipient) if with_calendar else b"",
    )


def _later(mail: Mail) -> Mail | None:
    """Return the same mail that was queued again since: each tells how the meeting stands now, so one is enough."""
    same = {"kind": mail.kind, "data__what": mail.data["what"], "data__ids__object": mail.data["ids"]["object"]}
    return Mail.objects.filter(**same, state=Mail.State.READY, pk__gt=mail.pk).order_by("pk").first()


def _comer(mail: Mail, signup: Signup | None) -> str:
    """Return the address of a guest or of a person; nothing where it is gone, or the account is blocked."""
    if signup is None or mail.person is None:
        return signup.email if signup else ""
    return confirmed_address(mail.person) if mail.person.is_active else ""


def _still_holds(what: str, meeting: Meeting) -> bool:
    """Tell whether this is still so: a meeting that was cancelled has no other news."""
    if what in ("cancelled", "closed"):
        return meeting.is_cancelled == (what == "cancelled")
    return not meeting.is_cancelled and not meeting.is_over
