"""Forms about what was posted on behalf of someone: to whom it is offered, and the answer."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.models import Person
from regions.forms import NO, YES, JoinForm, TextForm
from regions.models import Region


class AddressField(forms.EmailField):
    """The address of the one whose idea it is."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            label=_("E-mail address of the one whose idea it is"),
            help_text=_(
                "Whoever has this address gets a mail with a link to take it over as the author. Until then you are the"
                " author; after that your part ends. Only the moderators of this region see the address."
            ),
            **kwargs,
        )


def refuse_own(email: str, person: Person) -> None:
    """Raise ValidationError for an address of the person's own."""
    if person.has_confirmed(email):
        raise ValidationError(_("This is your own address: then you are the author already."))


class ClaimQuestionForm(TextForm):
    behalf = AddressField()

    def __init__(self, *args: Any, person: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.person = person

    def clean_behalf(self) -> str:
        email: str = self.cleaned_data["behalf"]
        refuse_own(email, self.person)
        return email


class ClaimForm(JoinForm):
    """Yes, with the house rules for who is no member yet; or no."""

    besluit = forms.ChoiceField(label=_("Your answer"), choices=[(YES, YES), (NO, NO)])

    def __init__(self, *args: Any, region: Region, is_member: bool, **kwargs: Any) -> None:
        super().__init__(*args, region=region, with_question=False, **kwargs)
        if is_member:
            self.fields.pop("rules", None)
        if "rules" in self.fields and self.data.get("besluit") == NO:
            self.fields["rules"].required = False

    @property
    def is_yes(self) -> bool:
        return bool(self.cleaned_data["besluit"] == YES)
