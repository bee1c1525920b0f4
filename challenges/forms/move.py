"""The form of one step: a sentence for each item that is not met, and a note where the step asks one."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from challenges.models import Challenge
from challenges.rules import Check, Move, Stage
from challenges.stages import checklist
from regions.forms import LongText, MarkdownText, TextForm

PREFIX = "explain-"


class GoOnForm(TextForm):
    """The answer that something still goes on."""

    note = LongText(
        label=_("How is it going? A sentence helps others."),
        max_length=1_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class ExplainForm(TextForm):
    """A form with a checklist: what is not so yet asks for a sentence (comply or explain)."""

    def __init__(self, data: Any = None, *, challenge: Challenge, checks: Iterable[Check], **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.items = checklist(challenge, checks)
        for item in self.items:
            if not item.is_met:
                self.fields[PREFIX + item.key] = self._sentence(item.label)

    def _sentence(self, label: str) -> LongText:
        return LongText(
            label=label,
            max_length=1_000,
            help_text=_("This is not so yet. Tell in a sentence why you go on."),
            widget=forms.Textarea(attrs={"rows": 2}),
        )

    @property
    def explained(self) -> dict[str, str]:
        """Keys of unmet items, each with the sentence that was given."""
        given = self.cleaned_data.items()
        return {name.removeprefix(PREFIX): words for name, words in given if name.startswith(PREFIX)}


class MoveForm(ExplainForm):
    """`stage` is what the person had on the screen: who comes second hears it."""

    stage = forms.ChoiceField(choices=Stage.choices, required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, challenge: Challenge, move: Move) -> None:
        super().__init__(data, challenge=challenge, checks=move.checks, initial={"stage": challenge.stage})
        if move.note:
            self.fields["note"] = MarkdownText(label=str(move.note), max_length=5_000)
