"""Themes, which order what the network works on; and texts that staff gives in two languages."""

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.models import Person


def in_language(dutch: str, english: str) -> str:
    """Return the English text for a reader of English where there is one, else the Dutch."""
    return english if english and get_language() == "en" else dutch


class Theme(models.Model):
    slug = models.SlugField(primary_key=True, max_length=40)
    name = models.CharField(_("name"), max_length=60, unique=True)
    name_en = models.CharField(_("name in English"), max_length=60, blank=True)
    text = models.CharField(_("in one line"), max_length=240, blank=True)
    text_en = models.CharField(_("in one line, in English"), max_length=240, blank=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    followers = models.ManyToManyField(Person, related_name="themes", blank=True, editable=False)

    class Meta:
        verbose_name = _("theme")
        verbose_name_plural = _("themes")
        ordering = ("position", "name")

    def __str__(self) -> str:
        return in_language(self.name, self.name_en)

    @property
    def line(self) -> str:
        return in_language(self.text, self.text_en)
