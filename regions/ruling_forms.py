"""The forms of moderation: reporting without an account, warning, and dealing with several rows at once."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from regions.forms import LongText, QueryForm, ReportForm, TextForm
from regions.models.batch import Sort
from regions.models.reason import Reason, RestoreReason, SuspensionReason

MOST = 50
"""So many rows may be dealt with at once: two pages of the desk."""


class VisitorReportForm(ReportForm):
    """A report of somebody who is not signed in: it counts once the address is confirmed."""

    email = forms.EmailField(
        label=_("Your e-mail address"),
        help_text=_(
            "We send you a link. Only the moderators see your address, and it is gone 90 days after their answer."
        ),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )


class SeenForm(QueryForm):
    """`tot`: the last report that was on the screen."""

    tot = forms.IntegerField(min_value=1, max_value=2**62, required=False)


class AskForm(TextForm):
    """What the author is asked to change, and why."""

    reason = forms.ChoiceField(label=_("Reason"), choices=Reason.choices, widget=forms.RadioSelect)
    words = LongText(
        label=_("What do you ask the author to change?"),
        help_text=_("The author reads this, and has two weeks. You do not change the text yourself."),
        max_length=2000,
    )


class RestoreForm(TextForm):
    """Why something is put back: the author reads it."""

    reason = forms.ChoiceField(label=_("Reason"), choices=RestoreReason.choices, widget=forms.RadioSelect)
    words = LongText(label=_("Explanation for the author"), help_text=_("The author reads this."), max_length=2000)


class WarningForm(TextForm):
    """Why someone is warned: they read it."""

    reason = forms.ChoiceField(label=_("Reason"), choices=SuspensionReason.choices, widget=forms.RadioSelect)
    words = LongText(
        label=_("Explanation for this person"),
        help_text=_("They read this. Say what you expect of them from now on."),
        max_length=1000,
    )


class RowsField(forms.MultipleChoiceField):
    """Ticked rows of the desk: `joining-12`, or `report-7-9` where 9 is the last report that was on the screen.

    What is no such row is left out: somebody typed it.
    """

    ROW = re.compile(rf"({'|'.join(Sort.values)})-(\d{{1,18}})(?:-(\d{{1,18}}))?", re.ASCII)

    def clean(self, value: Any) -> list[tuple[str, int, int | None]]:
        found = [match for one in self.to_python(value)[:MOST] if (match := self.ROW.fullmatch(one))]
        if self.required and not found:
            raise ValidationError(self.error_messages["required"], code="required")
        return [(sort, int(pk), int(last) if last else None) for sort, pk, last in (one.groups() for one in found)]


class BulkQuery(QueryForm):
    """`?actie=` and `?rij=`: what is to be done, with which rows."""

    ALL = "alles"
    ACTIONS = ((ALL, _("All that is possible")), *Sort.choices)

    actie = forms.ChoiceField(label=_("What do you want to do?"), choices=ACTIONS, required=False)
    rij = RowsField(label=_("Rows"), required=False)

    @property
    def action(self) -> str:
        return self.cleaned_data["actie"] or self.ALL

    def takes(self, sort: str) -> bool:
        return self.action in (self.ALL, sort)


class ChooseQuery(QueryForm):
    """`?kies=alles` ticks all rows of the page."""

    kies = forms.ChoiceField(label=_("Rows"), choices=[(BulkQuery.ALL, _("All on this page"))], required=False)

    @property
    def ticks_all(self) -> bool:
        return bool(self.cleaned_data["kies"])


class ThingQuery(QueryForm):
    """`?reactie=` or `?stuk=`: what a warning is about."""

    stuk = forms.IntegerField(min_value=1, max_value=2**62, required=False)
    reactie = forms.IntegerField(min_value=1, max_value=2**62, required=False)
