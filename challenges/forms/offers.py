"""Forms about help: offering it, answering it, telling what came of it; and who joins the team."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Person
from challenges.models import Challenge, Offer, OfferKind
from regions.forms import LongText, QueryForm, TextForm
from regions.models import Membership


class KindQuery(QueryForm):
    """`?soort=`: what someone brings, as a link elsewhere already says."""

    soort = forms.ChoiceField(choices=OfferKind.choices, required=False)


class OfferForm(TextForm):
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
    )


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
    )


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
