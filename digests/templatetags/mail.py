"""What the templates of mails need."""

from django import template

from digests.letter import disarmed as disarm

register = template.Library()


@register.filter
def disarmed(text: object) -> str:
    """Return the words of a person on one line, without anything that a mail program makes into a link."""
    return disarm(str(text))
