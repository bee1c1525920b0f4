"""The forms of a meeting: planning, agenda, signing up, minutes, agreements."""

import re
from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.forms import BoundField
from django.forms.utils import from_current_timezone
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Person, Role
from initiate.forms import MarkdownArea
from regions.forms import LongText, MarkdownText, PageQuery, TextForm
from regions.models import AgendaItem, Contribution, Meeting, Perspective, Region, Visibility
from regions.models.contribution import WITHOUT_TEAM, Kind

EARLIEST, MOST_PEOPLE, MOST_ITEMS = 2000, 100_000, 40
_IN_ADDRESS = re.compile(r"(?:/challenges/|^)(\d{1,18})(?:-|/|$)")


class DayField(forms.DateField):
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")

    def validate(self, value: date | None) -> None:
        super().validate(value)
        if value and not EARLIEST <= value.year <= timezone.localdate().year + 5:
            raise ValidationError(_("Choose a day from 2000 up to five years from now."), code="far")


class TimeField(forms.TimeField):
    widget = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")


class MeetingForm(TextForm):
    """What a meeting is, when and where; `publishing` asks for a place or a link."""

    title = forms.CharField(label=_("Title"), max_length=140)
    sort = forms.ChoiceField(
        label=_("What kind of meeting is it?"), choices=Meeting.Sort.choices, widget=forms.RadioSelect
    )
    scale = forms.ChoiceField(
        label=_("At which level?"),
        help_text=_("Only for a transition arena."),
        choices=[("", _("Choose a level")), *Meeting.Scale.choices],
        required=False,
    )
    intro = MarkdownText(
        label=_("What is it about?"),
        help_text=_("What do you want to know or decide at the end?"),
        max_length=10_000,
        required=False,
    )
    day = DayField(label=_("Day"))
    starts = TimeField(label=_("From"))
    ends = TimeField(label=_("Until"))
    place = forms.CharField(label=_("Place"), help_text=_("Building, street and town."), max_length=200, required=False)
    link = forms.URLField(
        label=_("Online link"),
        help_text=_("Only people who signed up see this link."),
        max_length=500,
        required=False,
        assume_scheme="https",
    )
    capacity = forms.IntegerField(
        label=_("Number of places"),
        help_text=_("Leave this empty when there is room for everyone. When it is full there is a waiting list."),
        min_value=1,
        max_value=MOST_PEOPLE,
        required=False,
    )
    expected = forms.MultipleChoiceField(
        label=_("Who should be there?"),
        help_text=_("The page shows whose view is still missing."),
        choices=Perspective.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    visibility = forms.ChoiceField(
        label=_("Who can read this?"),
        choices=[(one.value, one.label) for one in WITHOUT_TEAM],
        initial=Visibility.PUBLIC,
        widget=forms.RadioSelect,
        help_text=_("A text that is closed here can still have to be made public under the Open Government Act (Woo)."),
    )
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    sequence = forms.IntegerField(required=False, widget=forms.HiddenInput)

    TEXTS = ("title", "intro")
    PLAIN = ("sort", "scale", "place", "link", "capacity", "expected", "visibility")

    def __init__(self, *args: Any, sorts: list[str], publishing: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.publishing = publishing
        field = cast("forms.ChoiceField", self.fields["sort"])
        field.choices = [choice for choice in Meeting.Sort.choices if choice[0] in sorts]
        if len(field.choices) == 1:
            field.initial = sorts[0]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("sort") != Meeting.Sort.ARENA:
            cleaned["scale"] = ""
        elif not cleaned.get("scale"):
            self.add_error("scale", _("Say at which level the arena is."))
        if self.publishing and not (
            cleaned.get("place") or cleaned.get("link") or {"place", "link"} & set(self.errors)
        ):
            self.add_error("place", _("Give a place, or an online link."))
        if cleaned.get("sort") == Meeting.Sort.CABINET and cleaned.get("visibility") == Visibility.REGION:
            self.add_error("visibility", _("The InnovatieKabinet comes from everywhere. Choose network or everyone."))
        self._clean_times(cleaned)
        return cleaned

    def _clean_times(self, cleaned: dict[str, Any]) -> None:
        if not all(name in cleaned for name in ("day", "starts", "ends")):
            return
        if cleaned["ends"] <= cleaned["starts"]:
            self.add_error("ends", _("The end must come after the beginning."))
            return
        for name in ("starts", "ends"):
            self._clean_time(name, cleaned["day"], cleaned[name])

    def _clean_time(self, name: str, day: date, moment: time) -> None:
        """Keep the moment; an hour that the clock passes over, or meets twice, is refused."""
        try:
            self.cleaned_data[f"{name}_at"] = from_current_timezone(datetime.combine(day, moment))
        except ValidationError:
            self.add_error(name, _("On this day the clock changes at that hour. Choose another time."))

    @property
    def text(self) -> dict[str, str]:
        return {name: self.cleaned_data[name] for name in self.TEXTS}

    @property
    def facts(self) -> dict[str, Any]:
        """What is no text: when, where, how many, who reads it."""
        names = (*self.PLAIN, "starts_at", "ends_at")
        return {name: self.cleaned_data[name] for name in names}

    @staticmethod
    def current(meeting: Meeting) -> dict[str, Any]:
        """Return what the form says before anything is changed."""
        starts, ends = timezone.localtime(meeting.starts_at), timezone.localtime(meeting.ends_at)
        names = (*MeetingForm.TEXTS, *MeetingForm.PLAIN, "version", "sequence")
        times = {"day": starts.date(), "starts": starts.time(), "ends": ends.time()}
        return {**{name: getattr(meeting, name) for name in names}, **times}


class ChallengeField(forms.CharField):
    """A challenge by its address, its number or its title, among what this person sees."""

    person: Person

    def clean(self, value: Any) -> Any:
        words = super().clean(value)
        if not words:
            return None
        seen = Contribution.objects.visible_to(self.person).readable().filter(kind=Kind.CHALLENGE)
        number = _IN_ADDRESS.search(words)
        wanted = seen.filter(pk=int(number.group(1))) if number else seen.filter(title__iexact=words)
        found = wanted.order_by("-last_activity_at").first()
        if found is None:
            raise ValidationError(_("There is no challenge with this address or title that you can see."))
        return found

    def prepare_value(self, value: Any) -> Any:
        return value.get_absolute_url() if isinstance(value, Contribution) else value


class AgendaForm(TextForm):
    pk = forms.IntegerField(required=False, widget=forms.HiddenInput)
    title = forms.CharField(label=_("Point"), max_length=200)
    words = LongText(label=_("Explanation"), max_length=2_000, required=False, widget=forms.Textarea(attrs={"rows": 3}))
    length = forms.IntegerField(label=_("How many minutes?"), min_value=1, max_value=600, required=False)
    about = ChallengeField(
        label=_("About which challenge"),
        help_text=_("Paste its address, or type its whole title."),
        max_length=300,
        required=False,
    )

    def __init__(self, *args: Any, person: Person, is_session: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast("ChallengeField", self.fields["about"]).person = person
        if is_session:
            self.fields["title"].required = False
            self.fields["title"].help_text = _("Leave this empty for a pitch: it is called what its challenge is.")
            self.fields["about"].help_text = _(
                "Paste its address, or type its whole title. Only who sees that challenge sees this pitch."
            )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if self.has_changed() and not self.errors and not (cleaned.get("title") or cleaned.get("about")):
            self.add_error("title", _("Give the point a title, or choose a challenge."))
        return cleaned


class AgendaFormSet(forms.BaseFormSet):  # type: ignore[type-arg]  # of AgendaForm
    def items(self) -> Iterator[dict[str, Any]]:
        """Yield what was filled in, in the order that was asked; what is marked to go is left out."""
        for form in self.ordered_forms:
            if form.cleaned_data.get("title") or form.cleaned_data.get("about"):
                yield form.cleaned_data


AgendaForms = forms.formset_factory(
    AgendaForm, formset=AgendaFormSet, extra=2, can_order=True, can_delete=True, max_num=MOST_ITEMS, validate_max=True
)


class SignupForm(TextForm):
    perspective = forms.ChoiceField(
        label=_("From which side do you look?"),
        help_text=_("This way everyone sees whose view is still missing. Your name stays with the organisers."),
        choices=Perspective.choices,
        widget=forms.RadioSelect,
    )


class GuestForm(SignupForm):
    """Signing up without an account."""

    name = forms.CharField(label=_("Your name"), max_length=120)
    email = forms.EmailField(
        label=_("Your e-mail address"),
        help_text=_("You get a mail with a link: you come once you have confirmed there."),
        max_length=254,
    )
    field_order = ("name", "email", "perspective")

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()


class CancelForm(TextForm):
    words = LongText(
        label=_("Why does it not take place?"), help_text=_("Everyone who signed up reads this."), max_length=2_000
    )


class MinutesForm(TextForm):
    """What was said, in all and at each of the points of the agenda that the writer sees, and who was there."""

    minutes = MarkdownText(
        label=_("Minutes"),
        help_text=_("What was decided, and what do people who were not there have to know?"),
        max_length=20_000,
        widget=MarkdownArea(attrs={"rows": 10}),
    )
    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, meeting: Meeting, items: list[AgendaItem]) -> None:
        self.meeting, self.items = meeting, items
        super().__init__(data, initial=self._current())
        if meeting.is_session:
            self.fields["minutes"].help_text = _(
                "Everyone who sees the session reads this. What was said about a pitch belongs at that pitch."
            )
        for item in self.items:
            label = _("What was said at “%(title)s”?") % {"title": str(item)}
            self.fields[f"item_{item.pk}"] = MarkdownText(label=label, max_length=10_000, required=False)
        for one in Perspective:
            self.fields[f"present_{one.value}"] = forms.IntegerField(
                label=one.label, min_value=0, max_value=MOST_PEOPLE, required=False
            )

    def _current(self) -> dict[str, Any]:
        there = self.meeting.present if self.meeting.closed_at else self.meeting.going
        return {
            "minutes": self.meeting.minutes,
            "seen": self.meeting.minutes_version,
            **{f"item_{item.pk}": item.minutes for item in self.items},
            **{f"present_{one.value}": there.get(one.value, 0) for one in Perspective},
        }

    @property
    def texts(self) -> list[BoundField]:
        return [self["minutes"], *(self[f"item_{item.pk}"] for item in self.items)]

    @property
    def numbers(self) -> list[BoundField]:
        return [self[f"present_{one.value}"] for one in Perspective]

    @property
    def said(self) -> dict[int, str]:
        return {item.pk: self.cleaned_data[f"item_{item.pk}"] for item in self.items}

    @property
    def present(self) -> dict[str, int]:
        found = {one.value: self.cleaned_data[f"present_{one.value}"] for one in Perspective}
        return {name: number for name, number in found.items() if number}


class AgreementForm(TextForm):
    """Who does what, and when it is ready."""

    words = forms.CharField(label=_("What was agreed?"), max_length=300)
    owner = forms.ModelChoiceField(
        Person.objects.none(), label=_("Who does it?"), empty_label=_("Choose someone who was there")
    )
    due_on = DayField(label=_("Ready on"))

    def __init__(self, *args: Any, meeting: Meeting, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast("forms.ModelChoiceField[Person]", self.fields["owner"]).queryset = owners_for(meeting)


def owners_for(meeting: Meeting) -> Any:
    """Return who can be asked to do something: who came, who organised it, and the moderators of the region.

    In a session that are the members of the InnovatieKabinet too.
    """
    there = meeting.signups.going().filter(person__isnull=False).values("person")
    parts = meeting.involvements.current().values("person")
    desk = meeting.region.memberships.moderators().values("person")
    people = Person.objects.filter(is_active=True)
    found = people.filter(pk__in=there) | people.filter(pk__in=parts) | people.filter(pk__in=desk)
    if meeting.is_session:
        found |= people.filter(pk__in=Role.objects.current().values("person"))
    return found.order_by("name", "pk")


AgreementForms = forms.formset_factory(AgreementForm, extra=2, max_num=20, validate_max=True)


class MeetingQuery(PageQuery):
    """Which meetings a list shows."""

    COMING, PAST = "komt", "geweest"
    wanneer = forms.ChoiceField(label=_("When"), choices=[(COMING, _("Coming")), (PAST, _("Past"))], required=False)
    soort = forms.ChoiceField(
        label=_("Kind of meeting"), choices=[("", _("All kinds")), *Meeting.Sort.choices], required=False
    )
    regio = forms.ModelChoiceField(
        Region.objects.all(),
        label=_("Region"),
        to_field_name="slug",
        empty_label=_("All regions"),
        required=False,
    )

    @property
    def is_past(self) -> bool:
        return bool(self.cleaned_data["wanneer"] == self.PAST)


class CopyQuery(PageQuery):
    """`?kopie=`: the meeting that the new one is like."""

    kopie = forms.IntegerField(min_value=1, max_value=2**62, required=False)
