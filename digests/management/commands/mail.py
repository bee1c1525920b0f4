"""`manage.py mail pause|resume|status|release`: what may be done when mail should not, or does not, go out."""

from collections.abc import Callable
from typing import Any

import structlog
from django.core.management.base import BaseCommand, CommandParser
from django.db import transaction

from digests.gauges import Gauges
from digests.models import Mail, Pause
from digests.outbox import wake

log = structlog.get_logger("initiate.mail")


def pause() -> str:
    Pause.begin()
    log.warning("mail paused")
    return (
        "No news goes out until `manage.py mail resume`. What somebody waits for, such as a new password, goes on; "
        "a mail that a sender had in hand may still leave."
    )


@transaction.atomic
def resume() -> str:
    Pause.end()
    wake()
    log.warning("mail resumed")
    return "News goes out again. Who missed overviews gets one, with all that is new."


def status() -> str:
    now = Gauges.read()
    head = f"paused since {now.paused_since:%Y-%m-%d %H:%M} UTC" if now.paused_since else "goes out"
    rest = {"due": now.due, "unspread": now.unspread, "refused": now.refused, "oldest": f"{now.oldest} seconds"}
    return "\n".join([head, *(f"{name:<10} {value}" for name, value in {**now.mails, **rest}.items())])


def release() -> str:
    """Let go of every mail of which nobody knows whether it arrived."""
    held = Mail.objects.filter(state=Mail.State.UNCERTAIN)
    count = sum(mail.release() for mail in held)
    log.warning("mail released", count=count)
    return f"{count} mail{' is' if count == 1 else 's are'} released: what was in it, and is new still, is told anew."


DOES: dict[str, Callable[[], str]] = {"pause": pause, "resume": resume, "status": status, "release": release}


class Command(BaseCommand):
    help = "Stop the news (pause), go on (resume), see how sending stands (status), or let go of held mails (release)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", choices=list(DOES))

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(DOES[options["what"]]())
