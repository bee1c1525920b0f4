"""Why a moderator steps in; the same list for what is posted and for who posts."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Reason(models.TextChoices):
    PRIVACY = "privacy", _("It holds data of a recognisable person")
    INSULT = "insult", _("It insults or discriminates")
    ADVERTISING = "advertising", _("It is advertising")
    WRONG_PLACE = "wrong-place", _("It does not belong in this place")
    COPYRIGHT = "copyright", _("It is someone else's work")
    OTHER = "other", _("Another reason")


class RestoreReason(models.TextChoices):
    """Why something is put back; none of these is also a reason to hide it, but for the last."""

    CHANGED = "changed", _("It was changed, and is fine now")
    MISTAKE = "mistake", _("It should not have been hidden")
    OTHER = "other", _("Another reason")


class SuspensionReason(models.TextChoices):
    PRIVACY = "privacy", _("Shared data of a recognisable person")
    INSULT = "insult", _("Insulted or discriminated against others")
    ADVERTISING = "advertising", _("Posted advertising")
    RULES = "rules", _("Did not keep to the house rules")
    OTHER = "other", _("Another reason")
