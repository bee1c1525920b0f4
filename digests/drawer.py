"""The mail of the demo, as its sink keeps it in files; there is no such page where the demo is not."""

import email
import re
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import default
from email.utils import parsedate_to_datetime
from functools import wraps
from pathlib import Path
from typing import Any

from django import forms
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from initiate.once import View
from regions.forms import QueryForm

LATEST = 100
SANDBOX = "sandbox; default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'"
"""The policy of the HTML part, and of nothing else: it may look, and do nothing at all."""


class RecipientForm(QueryForm):
    naar = forms.CharField(label=_("Sent to"), max_length=254, required=False)


@dataclass(frozen=True)
class KeptMail:
    name: str
    message: EmailMessage

    @classmethod
    def read(cls, path: Path) -> "KeptMail":
        with path.open("rb") as file:
            return cls(path.stem, email.message_from_binary_file(file, policy=default))

    @property
    def at(self) -> datetime | None:
        try:
            return parsedate_to_datetime(str(self.message["Date"]))
        except ValueError:
            return None

    @property
    def recipient(self) -> str:
        return str(self.message["To"] or "")

    @property
    def subject(self) -> str:
        return str(self.message["Subject"] or "")

    @property
    def headers(self) -> list[tuple[str, str]]:
        return [(name, str(value)) for name, value in self.message.items()]

    def part(self, kind: str) -> str:
        body = self.message.get_body((kind,))
        return str(body.get_content()) if body else ""

    @property
    def paragraphs(self) -> list[list[tuple[str, bool]]]:
        """The text by line and piece; only links to this site are told apart, so that they can be followed."""
        own = re.compile(rf"({re.escape(settings.SITE_URL)}/\S*)")
        return [
            [(piece, bool(own.fullmatch(piece))) for piece in own.split(line)]
            for line in self.part("plain").splitlines()
        ]


def only_in_the_demo(view: View) -> View:
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not (settings.DEMO and settings.LOOPBACK):
            raise Http404
        return view(request, *args, **kwargs)

    return guarded


def _kept() -> list[Path]:
    """Return the files of the sink, the latest first: their names are moments."""
    return sorted((Path(settings.INITIATE_HOME) / "mail").glob("*.eml"), reverse=True)


def _find(name: str) -> KeptMail:
    found = next((path for path in _kept() if path.stem == name), None)
    if found is None:
        raise Http404
    return KeptMail.read(found)


@require_safe
@only_in_the_demo
def mails(request: HttpRequest) -> HttpResponse:
    form = RecipientForm.read(request.GET)
    wanted = (form.cleaned_data["naar"] or "").strip().lower()
    read = (KeptMail.read(path) for path in _kept())
    found = [mail for mail in read if wanted in mail.recipient.lower()][:LATEST]
    return render(request, "digests/demo_mail.html", {"form": form, "mails": found})


@require_safe
@only_in_the_demo
def mail(request: HttpRequest, name: str) -> HttpResponse:
    return render(request, "digests/demo_mail_one.html", {"mail": _find(name)})


@require_safe
@xframe_options_sameorigin
@only_in_the_demo
def html_part(request: HttpRequest, name: str) -> HttpResponse:
    response = HttpResponse(_find(name).part("html"))
    response["Content-Security-Policy"] = SANDBOX
    return response
