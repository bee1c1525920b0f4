"""The mails to a visitor who reported something."""

from digests.compose.page import region_letter
from digests.letter import disarmed
from digests.models import Mail
from digests.relay import Letter
from regions.models import Contribution, Event, Report, UnconfirmedReport, Verb
from regions.models.report import LASTS, How


def confirmation(mail: Mail) -> Letter | None:
    """Return the link that confirms a report. No word of anybody stands in this mail: the address may be a victim's."""
    report = UnconfirmedReport.objects.fresh().filter(pk=mail.data["ids"]["object"]).first()
    if report is None:
        mail.end(Mail.State.CANCELLED, "confirmed before, or too late")
        return None
    context = {"until": report.at + LASTS}
    return region_letter(mail, report.email, "mail/report", report.get_absolute_url(), context)


def answer(mail: Mail) -> Letter | None:
    """Return what was done with a report, while that is still so."""
    ids = mail.data["ids"]
    report = Report.objects.select_related("contribution").filter(pk=ids["object"]).exclude(email="").first()
    event = Event.objects.get(pk=ids["event"])
    is_closed = event.verb == Verb.REPORT_ANSWERED
    if report is None or is_closed != bool(report.closed_at):
        mail.end(Mail.State.CANCELLED, "no longer so, or the address is gone")
        return None
    # What visitors do not see leaves no trace in a mail to one.
    shown = Contribution.objects.visible_to(None).filter(pk=report.contribution_id).first()
    context = {
        "at": report.at,
        "how": How(event.data["how"]).label if is_closed else "",
        "title": disarmed(shown.title) if shown else "",
    }
    return region_letter(mail, report.email, "mail/answer", shown.get_absolute_url() if shown else "/", context)
