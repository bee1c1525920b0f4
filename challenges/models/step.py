"""The steps that a challenge made, the decisions that some of them wait for, and the words of stages."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Person
from challenges.rules import Stage
from regions.models.theme import in_language


class Step(models.Model):
    """A move that was made: `explained` maps the key of an unmet check to the sentence that was given."""

    challenge = models.ForeignKey("Challenge", on_delete=models.CASCADE, related_name="steps")
    move = models.CharField(max_length=20)
    source = models.CharField(max_length=16, choices=Stage.choices)
    target = models.CharField(max_length=16, choices=Stage.choices)
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    note = models.TextField(blank=True, max_length=5_000)
    explained = models.JSONField(default=dict)

    class Meta:
        ordering = ("-at", "-pk")

    def __str__(self) -> str:
        return f"{self.source} → {self.target}"


class BoardDecision(models.Model):
    """What the national portfolio meeting (landelijk portfolio-overleg) decided; staff records it."""

    challenge = models.ForeignKey("Challenge", on_delete=models.CASCADE, related_name="board_decisions")
    decided_on = models.DateField(_("decided on"))
    is_positive = models.BooleanField(_("may be scaled up"))
    words = models.TextField(_("what was decided"), max_length=5_000)
    recorded_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+", editable=False)
    at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("decision of the portfolio meeting")
        verbose_name_plural = _("decisions of the portfolio meeting")
        ordering = ("-decided_on", "-pk")

    def __str__(self) -> str:
        return f"{self.challenge}: {self.decided_on}"


class StageText(models.Model):
    """The goal of a stage and the wording of a checklist item, as staff wants them; the moves are code."""

    key = models.CharField(_("stage or checklist item"), max_length=20, primary_key=True)
    text = models.TextField(_("text"))
    text_en = models.TextField(_("text in English"), blank=True)

    class Meta:
        verbose_name = _("stage text")
        verbose_name_plural = _("stage texts")

    def __str__(self) -> str:
        return self.key

    @property
    def words(self) -> str:
        return in_language(self.text, self.text_en)
