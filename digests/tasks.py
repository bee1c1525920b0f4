"""Wake-ups. A lost one costs a minute and a double one costs nothing: the database says what is due."""

from celery import shared_task

from challenges.export.run import run, wake_all
from challenges.models import Asking, Challenge, Offer
from digests import refusals, retention
from digests.mailing import mail_to_all
from digests.models import Incoming, Pulse
from digests.outbox import wake
from digests.plan import plan
from digests.send import reap
from digests.send import send_waiting as send_some
from digests.spread import spread
from regions.models import Batch, Claim, Export, Meeting, Membership, Report, Signup, UnconfirmedReport

SECONDS = 40
"""So long a sender works before it lets others have the worker; it wakes the next one when more is left."""


@shared_task(acks_late=False, reject_on_worker_lost=False)
def tick() -> None:
    """Look what is due. Comes every minute, without arguments."""
    Pulse.beat("worker")
    Pulse.beat("tick")
    reap()
    spread()
    mail_to_all()
    plan()
    wake()
    Membership.objects.readmit_due()
    Meeting.objects.remind_due()
    Signup.objects.forget_due()
    Claim.objects.forget_due()
    Challenge.objects.ask_the_silent()
    Asking.objects.end_sight_due()
    Offer.objects.remind_due()
    Offer.objects.forget_due()
    UnconfirmedReport.objects.drop()
    Report.objects.forget()
    Batch.objects.drop_old()
    Export.objects.expire_due()
    refusals.forget_due()
    retention.drop_old()
    Incoming.objects.drop_old()
    wake_all()


@shared_task(time_limit=900, soft_time_limit=880)
def send_waiting() -> None:
    """Send what waits; account mails first."""
    Pulse.beat("worker")
    Pulse.beat("sender")
    if send_some(SECONDS):
        wake()


@shared_task(time_limit=3000, soft_time_limit=2980)
def write_export(export: int) -> None:
    """Put a region in one file, for who asked for it."""
    Pulse.beat("worker")
    run(export)
