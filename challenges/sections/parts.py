"""What of a challenge is written, part by part, for who writes it: "3 of 8 parts done"."""

from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from challenges.models import Challenge
from regions.models.standing import Reader
from regions.rules import can_edit

PARTS: tuple[tuple[str, Promise], ...] = (
    ("summary", _("In short")),
    ("question", _("The question")),
    ("for_whom", _("For whom is it?")),
    ("improvement", _("What does it improve in their life?")),
    ("participation", _("How do residents take part?")),
    ("seeking", _("What are you looking for?")),
    ("themes", _("Themes")),
    ("tags", _("Tags")),
)
"""The fields of the form that count; a municipality does not, since not every challenge has one."""


def parts_section(person: Reader, challenge: Challenge) -> dict[str, Any]:
    """Return the parts as `_task_list.html` takes them; none for who does not write here, or when all are done.

    The challenge comes from `for_detail`, so this reads nothing more.
    """
    words = {**challenge.text, "seeking": challenge.seeking, "themes": challenge.theme_list, "tags": challenge.tag_rows}
    written = {name for name, _label in PARTS if words[name]}
    if len(written) == len(PARTS) or not can_edit(person, challenge):
        return {"parts": []}
    page = reverse("challenges:edit", args=[challenge.pk, challenge.slug])
    parts = [{"label": label, "url": f"{page}#id_{name}", "done": name in written} for name, label in PARTS]
    return {"parts": parts, "parts_done": len(written)}
