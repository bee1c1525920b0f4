"""`manage.py receive_mail`: take one message from standard input, as Postfix and Exim pipe it."""

import os
import sys
from typing import Any

import structlog
from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from digests.inbox.message import LIMIT, Message
from digests.inbox.receive import receive

log = structlog.get_logger("initiate.inbox")


class Command(BaseCommand):
    help = "Take one message from standard input: an answer to our mail becomes a comment, or comes back with why not."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--to", default="", help="the address to which it was delivered")

    def handle(self, *args: Any, **options: Any) -> None:
        """End with a code of sysexits.h: 0, or 75 (EX_TEMPFAIL), by which the mail server tries again later."""
        if not settings.REPLY_DOMAIN:
            log.error("mail not received", why="the setting REPLY_DOMAIN is missing")
            sys.exit(os.EX_TEMPFAIL)
        raw = sys.stdin.buffer.read(LIMIT + 1)
        to = options["to"] or os.environ.get("ORIGINAL_RECIPIENT") or os.environ.get("RECIPIENT", "")
        try:
            receive(Message(raw, os.environ.get("SENDER") if to else None), to)
        except Exception as error:  # noqa: BLE001 - what it says may hold words of the mail, so only its name is told
            log.error("mail not received", why=type(error).__name__)
            sys.exit(os.EX_TEMPFAIL)
