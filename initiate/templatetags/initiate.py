"""Tags that every template may use."""

import uuid
from datetime import datetime, timedelta
from typing import Any

from django import template
from django.conf import settings
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.timesince import timesince
from django.utils.translation import gettext as _

from initiate import glossary
from initiate.network import named

register = template.Library()
register.filter("named", named)


@register.simple_tag
def form_key() -> SafeString:
    """The hidden field by which a form that is sent twice counts once (`initiate.once`)."""
    return format_html('<input type="hidden" name="form_key" value="{}">', uuid.uuid4())


@register.filter
def age(moment: datetime) -> str:
    """Return how long ago something was, in words that stand before "ago" and after "for"."""
    if timezone.now() - moment < timedelta(minutes=1):
        return _("less than a minute")
    return timesince(moment)


@register.filter
def get(mapping: Any, key: Any) -> Any:
    """Look up a key of a dict (`{{ challenge.html|get:"question"|safe }}`); empty where it is not there."""
    return mapping.get(key, "") if mapping else ""


@register.simple_tag
def share_image() -> str:
    """Return the address of the picture that other sites show beside a link; none where ours has the wrong name."""
    folder = settings.NETWORK_FILES
    is_theirs = settings.NETWORK_NAME == "Initiate" or (folder and (folder / "share.png").exists())
    return settings.SITE_URL + static("share.png") if is_theirs else ""


@register.filter
def explain(text: Any) -> SafeString:
    """Link the first place of each term to the glossary: of a fixed text, or of a part in `{% filter explain %}`."""
    return mark_safe(glossary.link(conditional_escape(text)))  # noqa: S308 - escaped here, or rendered by a template
