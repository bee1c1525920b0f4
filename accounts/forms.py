"""The forms of a person's own things."""

from datetime import date
from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils import timezone
from django.utils.dates import WEEKDAYS
from django.utils.translation import get_language, gettext_noop, ngettext_lazy
from django.utils.translation import gettext_lazy as _

from accounts.models import MOST_WORDS, WORD_LENGTH, Knowledge, Language, Organisation, Person
from accounts.rules import latest_end
from digests.models import Frequency, Subscription, in_hours
from digests.rhythm import subscribe
from regions.forms import Place, TextForm
from regions.models import Municipality, Theme

# What allauth's own forms say, in our words: these msgids are allauth's, and our catalogue goes before its own.
ALLAUTH_WORDS = (
    gettext_noop("Email"),
    gettext_noop("Email address"),
    gettext_noop("Password"),
    gettext_noop("Current Password"),
    gettext_noop("New Password"),
    gettext_noop("New Password (again)"),
    gettext_noop("Password (again)"),
    gettext_noop("Forgot your password?"),
    gettext_noop("You must type the same password each time."),
    gettext_noop("Authenticator code"),
    gettext_noop("Code"),
    gettext_noop("Passwordless"),
    gettext_noop(
        "Enabling passwordless operation allows you to sign in using just this key, but imposes additional "
        "requirements such as biometrics or PIN protection."
    ),
    gettext_noop("Master key"),
    gettext_noop("Backup key"),
    gettext_noop("Key nr. {number}"),
    gettext_noop("Use your password"),
    gettext_noop("Use authenticator app or code"),
    gettext_noop("Use a security key"),
)

# And what Django says: its Dutch lacks the first, and says the second in words that few people use.
DJANGO_WORDS = (
    ngettext_lazy(
        "This password is too short. It must contain at least %d character.",
        "This password is too short. It must contain at least %d characters.",
    ),
    ngettext_lazy(
        "Ensure this value has at most %(limit_value)d character (it has %(show_value)d).",
        "Ensure this value has at most %(limit_value)d characters (it has %(show_value)d).",
        "limit_value",
    ),
)


class LineField(forms.CharField):
    """One line of text: what cannot be printed (line ends, direction marks) never reaches a mail header or a list."""

    def to_python(self, value: Any) -> str:
        text = "".join(letter if letter.isprintable() else " " for letter in str(value or ""))
        return super().to_python(" ".join(text.split())) or ""


def distinct(line: str) -> list[str]:
    """Return the words between the commas, each once whatever its capitals."""
    words: dict[str, str] = {}
    for word in filter(None, map(str.strip, line.split(","))):
        words.setdefault(word.lower(), word)
    return list(words.values())


def municipality_field(**kwargs: Any) -> "forms.ModelChoiceField[Municipality]":
    return forms.ModelChoiceField(
        Municipality.objects.all(), required=False, empty_label=_("No municipality chosen"), **kwargs
    )


def frequency_field() -> forms.ChoiceField:
    """Nothing is chosen beforehand: mail comes to who asked for it."""
    return forms.ChoiceField(
        label=_("How often do you want an overview by mail?"),
        help_text=_("The overview tells what is new for you. You can change this at any time."),
        choices=Frequency.choices,
        widget=forms.RadioSelect,
    )


def at_once_field() -> forms.BooleanField:
    """Off until someone switches it on: nobody is surprised by mail."""
    return forms.BooleanField(
        label=_("Mail me at once when something waits on me"),
        help_text=_(
            "An answer to you, a comment that names you, a decision on what you posted, help that is offered, feedback "
            "that is asked of you, an invitation or a meeting that changes. Where this is off, you read most of it in "
            "your overview."
        ),
        required=False,
    )


def hours() -> list[tuple[int, str]]:
    return [(hour, in_hours(hour)) for hour in range(24)]


class SignupForm(TextForm):
    """What signing up asks besides address and password (allauth's form inherits from this one)."""

    field_order = ("name", "email", "password1", "frequency", "at_once", "municipality")

    name = LineField(label=_("Your name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    frequency = frequency_field()
    at_once = at_once_field()
    municipality = municipality_field(
        label=_("Your municipality"),
        help_text=_("Where you work or live. We then show which region is yours."),
    )

    def signup(self, request: HttpRequest, user: Person) -> None:
        """Keep the answers with the new person, in the language of the page they were given on."""
        user.name = self.cleaned_data["name"]
        spoken = get_language()
        user.language = spoken if spoken in Language.values else Language.NL
        user.save(update_fields=["name", "language"])
        subscribe(user, self.cleaned_data["frequency"], at_once=self.cleaned_data["at_once"])
        if self.cleaned_data["municipality"]:
            user.municipalities.add(self.cleaned_data["municipality"])


class PlaceForm(forms.Form):
    """Where someone lives or works, typed as on the list of regions."""

    gemeente = Place(label=_("In which municipality do you live or work?"))

    def __init__(self, *args: Any, person: Person, **kwargs: Any) -> None:
        self.person = person
        self.home = person.municipalities.first()
        kwargs["initial"] = {"gemeente": self.home} | kwargs.get("initial", {})
        super().__init__(*args, **kwargs)

    def save(self) -> None:
        move(self.person, self.home, self.cleaned_data["gemeente"])


def move(person: Person, home: Municipality | None, chosen: Municipality | None) -> None:
    """Keep the municipality that was chosen; someone of several keeps them all, unless the first is changed."""
    if chosen != home:
        person.municipalities.set([chosen] if chosen else [])


class ThemesForm(forms.Form):
    """The themes one follows."""

    themes = forms.ModelMultipleChoiceField(
        Theme.objects.all(),
        label=_("Themes you follow"),
        help_text=_("What is new in these themes comes in your overview."),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, person: Person, **kwargs: Any) -> None:
        self.person = person
        kwargs["initial"] = {"themes": list(person.themes.all())} | kwargs.get("initial", {})
        super().__init__(*args, **kwargs)

    def save(self) -> None:
        self.person.themes.set(self.cleaned_data["themes"])


class ProfileForm(ThemesForm, TextForm):
    field_order = ("name", "function", "knowledge", "expertise", "municipality", "themes")

    name = LineField(label=_("Your name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    function = LineField(
        label=_("Your function"),
        help_text=_("For example: policy officer for youth, resident, director of a social enterprise."),
        max_length=160,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "organization-title"}),
    )
    knowledge = forms.MultipleChoiceField(
        label=_("What kind of knowledge do you bring?"),
        help_text=_("All three count as much. You may choose more than one."),
        choices=Knowledge.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    expertise = LineField(
        label=_("What do you know much about?"),
        help_text=_("Up to eight words with a comma between them. For example: debts, informal care, housing."),
        max_length=400,
        required=False,
    )
    municipality = municipality_field(label=_("Your municipality"))

    def __init__(self, *args: Any, person: Person, **kwargs: Any) -> None:
        self.home = person.municipalities.first()
        given: dict[str, Any] = {name: getattr(person, name) for name in ("name", "function", "knowledge")}
        given |= {"expertise": ", ".join(person.expertise), "municipality": self.home}
        super().__init__(*args, person=person, initial=given, **kwargs)

    def clean(self) -> dict[str, Any]:
        """Take the words apart after the guard has read them whole."""
        cleaned = super().clean()
        words = distinct(cleaned.get("expertise") or "")
        if len(words) > MOST_WORDS:
            self.add_error("expertise", _("Give %(most)s words at most.") % {"most": MOST_WORDS})
        if any(len(word) > WORD_LENGTH for word in words):
            self.add_error("expertise", _("Keep each word under %(length)s letters.") % {"length": WORD_LENGTH})
        return {**cleaned, "expertise": words}

    def save(self) -> None:
        for name in ("name", "function", "knowledge"):
            setattr(self.person, name, self.cleaned_data[name])
        self.person.set_expertise(self.cleaned_data["expertise"])
        self.person.save(update_fields=["name", "function", "knowledge", "expertise", "expertise_keys"])
        move(self.person, self.home, self.cleaned_data["municipality"])
        super().save()


class MailForm(forms.Form):
    """Which mail someone wants and when; `subscription` is what they have."""

    frequency = frequency_field()
    weekday = forms.TypedChoiceField(
        label=_("On which day?"),
        help_text=_(
            "This counts only if you chose every week. The monthly overview comes on the first day of the month."
        ),
        choices=list(WEEKDAYS.items()),
        coerce=int,
    )
    hour = forms.TypedChoiceField(label=_("At what time?"), choices=hours, coerce=int)
    at_once = at_once_field()

    def __init__(self, *args: Any, person: Person, **kwargs: Any) -> None:
        self.person = person
        self.subscription = Subscription.objects.filter(person=person).first() or Subscription()
        given = {name: getattr(self.subscription, name) for name in ("frequency", "weekday", "hour", "at_once")}
        kwargs["initial"] = given | kwargs.get("initial", {})
        super().__init__(*args, **kwargs)

    def save(self) -> None:
        chosen = {name: self.cleaned_data[name] for name in ("weekday", "hour", "at_once")}
        subscribe(self.person, self.cleaned_data["frequency"], **chosen)


class PreferencesForm(MailForm):
    """Which mail someone wants and when, and their language."""

    language = forms.ChoiceField(
        label=_("Language of the site and of your mail"), choices=Language.choices, widget=forms.RadioSelect
    )

    def __init__(self, *args: Any, person: Person, **kwargs: Any) -> None:
        super().__init__(*args, person=person, initial={"language": person.language}, **kwargs)

    def save(self) -> None:
        super().save()
        self.person.language = self.cleaned_data["language"]
        self.person.save(update_fields=["language"])


class AskForm(forms.Form):
    """At which organisation a colleague has to confirm one."""

    def __init__(self, *args: Any, person: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organisation"] = forms.ModelChoiceField(
            Organisation.objects.without(person),
            label=_("Organisation"),
            empty_label=_("Choose an organisation"),
        )


class ConfirmForm(forms.Form):
    """Until when a colleague vouches for someone."""

    until = forms.DateField(
        label=_("Works here until"),
        help_text=_("At most two years from now. After that you can confirm it again."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def clean_until(self) -> date:
        until: date = self.cleaned_data["until"]
        if not timezone.localdate() <= until <= latest_end():
            raise forms.ValidationError(_("Choose a day between today and two years from now."), code="range")
        return until
