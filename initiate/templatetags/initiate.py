"""Tags that every template may use."""

import uuid
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_tag
def form_key() -> SafeString:
    """The hidden field by which a form that is sent twice counts once (`initiate.once`)."""
    return format_html('<input type="hidden" name="form_key" value="{}">', uuid.uuid4())


@register.filter
def get(mapping: Any, key: Any) -> Any:
    """Look up a key of a dict (`{{ challenge.html|get:"question"|safe }}`); empty where it is not there."""
    return mapping.get(key, "") if mapping else ""
