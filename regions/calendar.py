"""Meetings as calendar files (RFC 5545): one meeting, the meetings of a region, someone's own."""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from email.utils import parseaddr

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from icalendar import Calendar, Event, Timezone, vCalAddress, vText

from accounts.models import Person
from initiate.network import named
from regions.models import Meeting

# Since 1996 (directive 2000/84/EC) by rule: Outlook reads a rule, and not the list of days that a library makes of it.
AMSTERDAM = """BEGIN:VTIMEZONE
TZID:Europe/Amsterdam
BEGIN:DAYLIGHT
DTSTART:19960331T020000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
TZNAME:CEST
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
END:DAYLIGHT
BEGIN:STANDARD
DTSTART:19961027T030000
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
TZNAME:CET
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
END:STANDARD
END:VTIMEZONE
"""
PAST, MOST = timedelta(days=90), 500
"""A feed goes back so far, and holds so many meetings at most."""


def feed(meetings: Iterable[Meeting], *, name: str, going: Collection[int] = ()) -> bytes:
    """Return a calendar to subscribe to; of the meetings `going` (by id) it holds the online link too."""
    calendar = _calendar("PUBLISH")
    calendar.add("x-wr-calname", name)
    calendar.add("refresh-interval", timedelta(hours=6), parameters={"VALUE": "DURATION"})
    for meeting in meetings:
        calendar.add_component(_entry(meeting, is_going=meeting.pk in going))
    return bytes(calendar.to_ical())


def invite(meeting: Meeting, address: str) -> bytes:
    """Return the file with a mail to who comes; a later one with the same UID takes its place, or takes it away."""
    calendar = _calendar("CANCEL" if meeting.is_cancelled else "REQUEST")
    entry = _entry(meeting, is_going=True)
    organiser = vCalAddress(f"mailto:{parseaddr(settings.DEFAULT_FROM_EMAIL)[1]}")
    organiser.params["CN"] = vText(settings.NETWORK_NAME)
    attendee = vCalAddress(f"mailto:{address}")
    attendee.params["RSVP"], attendee.params["PARTSTAT"] = vText("FALSE"), vText("ACCEPTED")
    entry.add("organizer", organiser)
    entry.add("attendee", attendee)
    calendar.add_component(entry)
    return bytes(calendar.to_ical())


def feed_of(person: Person) -> bytes:
    """Return someone's own calendar: what they signed up for, what their regions plan, and their sessions."""
    signups = person.signups.lasting().values_list("meeting", "state")
    going = {meeting for meeting, state in signups if state == "going"}
    seen = Meeting.objects.visible_to(person).readable().filter(ends_at__gte=timezone.now() - PAST)
    found = seen.near(person).for_list().order_by("starts_at", "pk")[:MOST]
    return feed(found, name=named(_("My meetings on Initiate")), going=going)


def _calendar(method: str) -> Calendar:
    calendar = Calendar()
    calendar.add("prodid", "-//Initiate//NL")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", method)
    calendar.add_component(Timezone.from_ical(AMSTERDAM))
    return calendar


def _entry(meeting: Meeting, *, is_going: bool) -> Event:
    """Return one meeting. UID and SEQUENCE are what a calendar knows it by, and knows a change by."""
    entry = Event()
    entry.add("uid", f"bijeenkomst-{meeting.pk}@{settings.MAIL_DOMAIN}")
    entry.add("sequence", meeting.sequence)
    entry.add("dtstamp", _utc(meeting.last_activity_at))
    entry.add("last-modified", _utc(meeting.last_activity_at))
    entry.add("dtstart", timezone.localtime(meeting.starts_at))
    entry.add("dtend", timezone.localtime(meeting.ends_at))
    entry.add("summary", meeting.title)
    entry.add("status", "CANCELLED" if meeting.is_cancelled else "CONFIRMED")
    entry.add("transp", "OPAQUE" if is_going else "TRANSPARENT")
    entry.add("url", settings.SITE_URL + meeting.get_absolute_url())
    place = ", ".join(part for part in (meeting.place, meeting.link if is_going else "") if part)
    if place:
        entry.add("location", place)
    if description := meeting.lead:
        entry.add("description", description)
    return entry


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(timezone.get_fixed_timezone(0)).replace(microsecond=0)
