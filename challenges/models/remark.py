"""What is said about feedback, among members of the InnovatieKabinet or by all who read it."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Person
from challenges.models.review import Review


class Remark(models.Model):
    """A response to feedback: for the InnovatieKabinet only, or for everyone who reads the feedback."""

    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="remarks")
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    words = models.TextField(_("your response"), max_length=3_000)
    is_for_cabinet = models.BooleanField(default=True)
    at = models.DateTimeField(default=timezone.now)
    deleted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("review", "pk")

    def __str__(self) -> str:
        return self.words[:60]
