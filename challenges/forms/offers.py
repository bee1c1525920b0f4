"""Forms about help: offering it, answering it, telling what came of it; and who joins the team."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Person
from challenges.forms.listing import region_choices
from challenges.models import Challenge, Offer, OfferKind, OfferQuerySet
from regions.filters import FilterQuery
from regions.forms import NO, YES, LongText, QueryForm, TextForm, YesNoForm
from regions.models import Membership
from regions.text import refuse_contact

OPENED, RUNNING = "gebeurd", "loopt"
BACKER = ("backer_name", "backer_function", "backer_email")


class KindQuery(QueryForm):
    """`?soort=`: what someone brings, as a link elsewhere already says."""

    soort = forms.ChoiceField(choices=OfferKind.choices, required=False)


class DoorsQuery(FilterQuery):
    """The filters of the page of opened doors; `deel` shows one part of it alone, page by page."""

    unfiltered = ("pagina", "deel")

    soort = forms.ChoiceField(
        label=gettext_lazy("What someone brings"),
        choices=[
            ("", gettext_lazy("Anything")),
            *((kind.value, kind.label) for kind in OfferKind if kind != OfferKind.TEAM),
        ],
        required=False,
    )
    regio = forms.ChoiceField(label=gettext_lazy("Region"), choices=region_choices, required=False)
    deel = forms.ChoiceField(choices=[(OPENED, OPENED), (RUNNING, RUNNING)], required=False)
    pagina = forms.IntegerField(label=gettext_lazy("Page"), min_value=1, max_value=999_999, required=False)

    def in_region(self, offers: OfferQuerySet) -> OfferQuerySet:
        region = self.cleaned_data["regio"]
        return offers.filter(challenge__region__slug=region) if region else offers

    def of_kind(self, offers: OfferQuerySet) -> OfferQuerySet:
        """Keep the kind that is asked; the offers of a region are few among all."""
        kind = self.cleaned_data["soort"]
        found = offers.filter(kind=kind) if kind else offers
        return found.of_few() if self.cleaned_data["regio"] else found

    def counted(self, numbers: Mapping[str, int]) -> list[dict[str, Any]]:
        """Return the kinds that are there, each with its number and the query string that shows only these."""
        region = {"regio": self.cleaned_data["regio"]} if self.cleaned_data["regio"] else {}
        return [
            {"label": kind.label, "number": numbers[kind], "query": urlencode({"soort": kind.value, **region})}
            for kind in OfferKind
            if numbers.get(kind)
        ]

    @property
    def filters(self) -> str:
        """The query string of the filters alone."""
        return urlencode({name: value for name, value in self.asked.items() if name not in self.unfiltered})

    @property
    def part(self) -> str:
        return self.cleaned_data["deel"] or ""

    @property
    def page(self) -> int:
        return self.cleaned_data["pagina"] or 1


class BackerForm(TextForm):
    """Who decides, whom only their own confirmation makes public."""

    backer_name = forms.CharField(label=gettext_lazy("Who decides?"), max_length=120, validators=[refuse_contact])
    backer_function = forms.CharField(
        label=gettext_lazy("Their function"),
        help_text=gettext_lazy("For example: alderman for youth care."),
        max_length=160,
        validators=[refuse_contact],
    )
    backer_email = forms.EmailField(
        label=gettext_lazy("Their e-mail address"),
        help_text=gettext_lazy(
            "We mail them a link to confirm this. Nobody sees the address, and it is gone when they answered."
        ),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, person: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.person = person

    def clean_backer_email(self) -> str:
        email: str = self.cleaned_data["backer_email"].lower()
        if email and (self.person.email == email or self.person.has_confirmed(email)):
            raise forms.ValidationError(_("This is your own address. Give that of who decides."))
        return email


class BackingForm(BackerForm):
    """The question once more; who decides keeps the address that is known where none is given."""

    def __init__(self, *args: Any, offer: Offer, **kwargs: Any) -> None:
        known = {"backer_name": offer.backer_name, "backer_function": offer.backer_function}
        super().__init__(*args, initial=known, **kwargs)
        if offer.backer_email:
            self.fields["backer_email"].required = False
            self.fields["backer_email"].help_text = _("Leave this empty to use the address that you gave before.")


class BackedForm(YesNoForm):
    """What who decides answers."""

    besluit = forms.ChoiceField(label=gettext_lazy("Your answer"), choices=[(YES, YES), (NO, NO)])


class OfferForm(BackerForm):
    field_order = ("kind", "words", *BACKER)

    kind = forms.ChoiceField(
        label=gettext_lazy("What do you bring?"), choices=OfferKind.choices, widget=forms.RadioSelect
    )
    words = LongText(
        label=gettext_lazy("Tell the team what you offer"),
        help_text=gettext_lazy(
            "For example: what you can do, when, and how much time you have. Leave out contact details of others."
        ),
        max_length=3_000,
        widget=forms.Textarea(attrs={"rows": 5}),
        validators=[refuse_contact],
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Ask who decides of who offers the backing of a board, and drop it of the others."""
        super().__init__(*args, **kwargs)
        self.is_backing = self["kind"].value() == OfferKind.BACKING
        for name in BACKER:
            self.fields[name].required = self.is_backing or not self.is_bound

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if not self.is_backing:
            cleaned = {**cleaned, **dict.fromkeys(BACKER, "")}
            for name in BACKER:
                self.errors.pop(name, None)
        return cleaned


class SettleForm(TextForm):
    """Accept or decline with a sentence."""

    accept = forms.TypedChoiceField(
        label=gettext_lazy("Do you accept this offer?"),
        choices=[("yes", gettext_lazy("Yes, gladly")), ("no", gettext_lazy("No, thank you"))],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
    )
    answer = LongText(
        label=gettext_lazy("Your answer in one or two sentences"),
        help_text=gettext_lazy(
            "Only the person who offered this and your team read it. If you accept, say how you can reach each other."
        ),
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, offer: Offer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer = offer

    def clean_accept(self) -> bool:
        accept: bool = self.cleaned_data["accept"]
        if accept and not self.offer.person.is_active:
            raise forms.ValidationError(_("This person no longer has an account, so this offer cannot be accepted."))
        return accept


class OutcomeForm(TextForm):
    happened = forms.TypedChoiceField(
        label=gettext_lazy("Did it happen?"),
        choices=[("yes", gettext_lazy("Yes, it happened")), ("no", gettext_lazy("No, it came to nothing"))],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
    )
    outcome = LongText(
        label=gettext_lazy("What came of it?"),
        help_text=gettext_lazy(
            "When it happened, everyone who sees the challenge reads this. Otherwise only the two of you."
        ),
        max_length=3_000,
        widget=forms.Textarea(attrs={"rows": 4}),
        validators=[refuse_contact],
    )

    def __init__(self, *args: Any, offer: Offer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer = offer

    def clean_happened(self) -> bool:
        happened: bool = self.cleaned_data["happened"]
        if happened and self.offer.kind == OfferKind.BACKING and not self.offer.backed_at:
            raise forms.ValidationError(_("A board backs this only when the person who decides has confirmed it."))
        return happened


class WithdrawForm(TextForm):
    """Why an offer that was accepted is taken back; the team reads it."""

    outcome = LongText(
        label=gettext_lazy("Why do you take it back?"),
        help_text=gettext_lazy("The team counts on you. Only the two of you read this."),
        max_length=3_000,
        widget=forms.Textarea(attrs={"rows": 3}),
        validators=[refuse_contact],
    )

    def __init__(self, *args: Any, offer: Offer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if offer.state == Offer.State.OFFERED:
            del self.fields["outcome"]


class ColleagueForm(forms.Form):
    """Somebody for the team, by address; who is not a member of the region and who is nobody get the same words."""

    email = forms.EmailField(
        label=gettext_lazy("E-mail address of your colleague"),
        help_text=gettext_lazy("Your colleague must be a member of the same region."),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, challenge: Challenge, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.challenge = challenge
        self.person: Person | None = None

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"].lower()
        members = Membership.objects.active().filter(region=self.challenge.region_id, person__email=email)
        membership = members.select_related("person").first()
        if membership is None:
            raise forms.ValidationError(
                _("No member of this region has this address. Ask your colleague to join first.")
            )
        self.person = membership.person
        return email
