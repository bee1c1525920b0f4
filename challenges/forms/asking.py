"""Forms around a question to the InnovatieKabinet: asking, asking by name, leaving it to others."""

from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from challenges.candidates import Candidate
from challenges.forms.move import ExplainForm
from challenges.forms.review import area
from challenges.models import Challenge
from challenges.rules import ASKING
from regions.forms import PartQuery, QueryForm, TextForm

FURTHEST = timedelta(days=366)


class AskForm(ExplainForm):
    """The question; with a sentence for what is not so yet, and `again` where members gave feedback before."""

    words = area(
        _("What do you want to know from them?"),
        length=2_000,
        hint=_("For example: where you hesitate, or a door that stays closed."),
    )
    again = forms.BooleanField(
        label=_("Ask the people who gave feedback before for a second look"),
        help_text=_("They see what changed since, with their own points and your answers. Others are not asked then."),
        required=False,
    )

    def __init__(self, data: Any = None, *, challenge: Challenge, before: int) -> None:
        super().__init__(data, challenge=challenge, checks=ASKING)
        if not before:
            del self.fields["again"]


class DueForm(forms.Form):
    """Until when an answer is waited for."""

    due_on = forms.DateField(
        label=_("Answer before"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("You can leave this open."),
    )

    def clean_due_on(self) -> date | None:
        day: date | None = self.cleaned_data["due_on"]
        today = timezone.localdate()
        if day and not today < day <= today + FURTHEST:
            raise forms.ValidationError(_("Choose a day after today, at most a year from now."))
        return day


class AssignForm(DueForm):
    """Whom to ask, of those who can be asked, and until when."""

    field_order = ("wie", "due_on")

    wie = forms.TypedMultipleChoiceField(
        label=_("Whom do you ask?"),
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": _("Choose at least one member."),
            "invalid_choice": _("This member cannot be asked now. Look at the list again."),
        },
    )

    def __init__(self, data: Any = None, *, candidates: list[Candidate]) -> None:
        super().__init__(data)
        self.free = [one for one in candidates if not one.why_not]
        field: Any = self.fields["wie"]
        field.choices = [(one.seat.person_id, str(one.seat.person)) for one in self.free]

    @property
    def people(self) -> list[Any]:
        """Return the persons who were chosen."""
        chosen = set(self.cleaned_data["wie"])
        return [one.seat.person for one in self.free if one.seat.person_id in chosen]

    @property
    def ticked(self) -> set[str]:
        return set(self["wie"].value() or ())


class RecuseForm(TextForm):
    words = area(
        _("Why do you leave this to others?"),
        hint=_(
            "For example: you know the author well, or this is not your field. "
            "The secretary of the InnovatieKabinet reads it; the team does not."
        ),
        length=1_000,
        required=True,
    )


class AfterQuery(QueryForm):
    """After which challenge the next one comes."""

    na = forms.IntegerField(label=_("After"), min_value=1, required=False)


class PlanningQuery(PartQuery):
    """Which questions the secretary looks at."""

    SHOWN = (
        ("", _("All questions")),
        ("niemand", _("Nobody asked by name")),
        ("te-laat", _("Overdue")),
        ("laat-het", _("Left to others")),
    )

    @property
    def filters(self) -> str:
        """The query string of the list of questions, without the page."""
        return urlencode({"deel": "vragen", "toon": self.cleaned_data["toon"] or ""})

    toon = forms.ChoiceField(label=_("Show"), choices=SHOWN, required=False)
