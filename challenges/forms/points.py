"""Forms for the talk after feedback: the answer to a point, what its maker says to that, a response, a correction."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from challenges.forms.review import POINTS, ReviewForm, area
from challenges.models import Point, Review
from regions.forms import TextForm
from regions.models import Version

LONGEST_MARK = 120


class PointForm(TextForm):
    """The answer to a point; `seen` is the mark of the point that was on the screen."""

    NOWHERE = "nergens"

    seen = forms.CharField(max_length=LONGEST_MARK, widget=forms.HiddenInput)
    state = forms.ChoiceField(
        label=gettext_lazy("Your answer"),
        choices=[
            (Point.State.WILL_DO, gettext_lazy("We will do this")),
            (Point.State.DONE, gettext_lazy("It is done")),
            (Point.State.NO, gettext_lazy("We will not do this")),
        ],
        widget=forms.RadioSelect,
    )
    done_version = forms.ChoiceField(
        label=gettext_lazy("In which version of the text does it show?"),
        help_text=gettext_lazy("Only if it is done. Who made the point can then see what changed."),
        required=False,
    )
    answer = area(
        gettext_lazy("Explanation"),
        hint=gettext_lazy("What you did, what you will do, or why not."),
        length=2_000,
        required=True,
    )

    def __init__(self, *args: Any, versions: Sequence[Version], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        numbers = [(version.number, _("Version %(number)s") % {"number": version.number}) for version in versions]
        field = self.fields["done_version"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  # for the type checker
        field.choices = [("", _("Choose")), *numbers, (self.NOWHERE, _("It does not show in the text"))]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        chosen = cleaned.get("done_version", "")
        if cleaned.get("state") == Point.State.DONE and not chosen and "done_version" not in self.errors:
            self.add_error("done_version", _("Choose the version, or say that it does not show in the text."))
        return {**cleaned, "done_version": int(chosen) if chosen.isdecimal() else None}


class FollowUpForm(TextForm):
    """What who made the point says to the answer; `seen` is the mark of the point that was on the screen."""

    CONTENT, ASKS_ON = "tevreden", "doorvragen"

    seen = forms.CharField(max_length=LONGEST_MARK, widget=forms.HiddenInput)
    verdict = forms.ChoiceField(
        label=gettext_lazy("What do you think of the answer?"),
        choices=[
            (CONTENT, gettext_lazy("I am content: this point is closed")),
            (ASKS_ON, gettext_lazy("I want to know more: the team answers once more")),
        ],
        widget=forms.RadioSelect,
    )
    words = area(
        gettext_lazy("What do you still want to know?"),
        hint=gettext_lazy("Only if you want to know more."),
        length=2_000,
    )

    def __init__(self, *args: Any, is_closed: bool = False, **kwargs: Any) -> None:
        """A point that is closed can only be opened again."""
        super().__init__(*args, **kwargs)
        if is_closed:
            self.fields["verdict"].choices = self.fields["verdict"].choices[1:]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("verdict") == self.ASKS_ON and not cleaned.get("words") and "words" not in self.errors:
            self.add_error("words", _("Say what you still want to know."))
        return cleaned


class RemarkForm(TextForm):
    """A response to feedback; members of the InnovatieKabinet choose who reads it."""

    AMONG, ALL = "innovatiekabinet", "iedereen"

    words = area(gettext_lazy("Your response"), required=True)
    readers = forms.ChoiceField(
        label=gettext_lazy("Who reads this?"),
        choices=[
            (AMONG, gettext_lazy("The InnovatieKabinet only")),
            (ALL, gettext_lazy("Everyone who reads the feedback")),
        ],
        initial=AMONG,
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, may_choose: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not may_choose:
            del self.fields["readers"]

    @property
    def is_for_cabinet(self) -> bool:
        return self.cleaned_data.get("readers") == self.AMONG


class CorrectForm(ReviewForm):
    """The sheet once more, for what was sent; `mark` is that of the feedback that was on the screen.

    A point that the team answered stays as it is.
    """

    mark = forms.CharField(max_length=LONGEST_MARK, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, review: Review) -> None:
        super().__init__(data, challenge=review.challenge)
        self.review = review
        known = list(review.points.order_by("number"))
        self.answered = [point for point in known if point.was_answered]
        for name in ("version", "prototype", *(name for name in self.fields if name.startswith("offer_"))):
            del self.fields[name]
        self.initial = {name: getattr(review, name) for name in Review.TEXTS} | {"mark": review.mark}
        self.initial |= {f"point_{point.number}": point.text for point in known}
        for point in self.answered:
            self.fields[f"point_{point.number}"].disabled = True

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        for point in self.answered:
            name = f"point_{point.number}"
            words = " ".join(self.data.get(name, point.text).split())
            if words != " ".join(point.text.split()):
                said = _("The team answered this point in the meantime, so it stays as it was. You wrote: “%(words)s”.")
                self.add_error(name, said % {"words": words})
        return cleaned

    @property
    def gives(self) -> bool:
        return bool(self.points or self.review.offers.exists())

    @property
    def changes(self) -> dict[int, str]:
        """The points by number, an empty text for one that goes."""
        return {number: self.cleaned_data.get(f"point_{number}", "") for number in range(1, POINTS + 1)}

    @property
    def newer(self) -> list[tuple[str, str]]:
        """What stands there now and is otherwise in this form: pairs of label and words."""
        names = [name for name in self.fields if name != "mark"]
        now = [(name, str(self.initial.get(name, ""))) for name in names]
        return [
            (str(self.fields[name].label), words) for name, words in now if words != self.cleaned_data.get(name, words)
        ]
