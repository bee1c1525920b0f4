"""The forms in which posts are written and listed, and in which the asker says which answer helped."""

from typing import Any, cast
from urllib.parse import urlencode

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from initiate.forms import MarkdownArea
from regions.forms import MarkdownText, PageQuery, QueryForm, TextForm
from regions.models import Comment, Draft, Post, Sort, State, Theme, Visibility

READERS = [(value, label) for value, label in Visibility.choices if value != Visibility.TEAM]
"""Who may read what has no team."""

CLOSED_TOO = _("A text that is closed here can still have to be made public under the Open Government Act (Woo).")

PLACEHOLDERS = {
    Sort.QUESTION: _(
        "Begin with what you want to know. For example: who has experience with a walk-in hour for debts?"
    ),
    Sort.ANNOUNCEMENT: _("Say in a few words what is new. This is also the subject where it is mailed."),
}


class PostForm(TextForm):
    """`publishing` asks for everything that a reader needs, a draft for a title only.

    `to_all` stands in the form as long as an announcement is not published.
    """

    title = forms.CharField(label=_("Title"), max_length=140)
    words = MarkdownText(
        label=_("Text"),
        max_length=10_000,
        widget=MarkdownArea(attrs={"rows": 8}),
    )
    visibility = forms.ChoiceField(
        label=_("Who can read this?"), choices=READERS, widget=forms.RadioSelect, help_text=CLOSED_TOO
    )
    themes = forms.ModelMultipleChoiceField(
        label=_("Themes"),
        queryset=Theme.objects.all(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Who follows a theme hears of what is new about it."),
    )
    to_all = forms.BooleanField(
        label=_("Mail this to all members at once"),
        help_text=_(
            "The next page says how many people get it, and asks whether you are sure. "
            "This can be done once a day in a region. Who chose to get no mail does not get it."
        ),
        required=False,
    )
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        sort: str,
        post: Post | None = None,
        publishing: bool = True,
        draft: Draft | None = None,
    ) -> None:
        self.draft = draft
        initial = self.current(post) if post else {"visibility": _first_reach(sort)}
        super().__init__(data, initial={**initial, **(draft.data if draft else {})})
        self.fields["title"].help_text = PLACEHOLDERS[Sort(sort)]
        self.fields["words"].required = publishing
        if sort == Sort.QUESTION or (post and post.state != State.DRAFT):
            del self.fields["to_all"]

    @staticmethod
    def current(post: Post) -> dict[str, Any]:
        themes = list(post.themes.values_list("pk", flat=True))
        return {**post.text, "visibility": post.visibility, "themes": themes, "version": post.version}

    @property
    def text(self) -> dict[str, str]:
        return {name: self.cleaned_data[name] for name in Post.TEXT_FIELDS}

    @property
    def goes_to_all(self) -> bool:
        return bool(self.cleaned_data.get("to_all"))


def _first_reach(sort: str) -> str:
    """Return what is chosen at first: colleagues ask each other, an announcement is for everyone."""
    return Visibility.REGION if sort == Sort.QUESTION else Visibility.PUBLIC


class SortQuery(QueryForm):
    """`?soort=`: what someone is going to write."""

    soort = forms.ChoiceField(label=_("Kind"), choices=Sort.choices, required=False)


class PostsQuery(PageQuery):
    """The filters of a list of posts."""

    soort = forms.ChoiceField(
        label=_("What"),
        choices=[
            ("", _("Questions and announcements")),
            (Sort.QUESTION, _("Questions")),
            (Sort.ANNOUNCEMENT, _("Announcements")),
        ],
        required=False,
    )
    open = forms.BooleanField(label=_("Only questions without an answer that helped"), required=False)

    @property
    def is_filtered(self) -> bool:
        return bool(self.cleaned_data["soort"] or self.cleaned_data["open"])

    @property
    def query(self) -> str:
        """The query string without the page."""
        is_open = {"open": "1"} if self.cleaned_data["open"] else {}
        return urlencode({"soort": self.cleaned_data["soort"] or "", **is_open})


class MarkForm(forms.Form):
    """Which answer helped (none: no answer did), and the id of the one that was marked before."""

    reactie = forms.ModelChoiceField(Comment.objects.none(), required=False)
    seen = forms.IntegerField(min_value=1, max_value=2**62, required=False)

    def __init__(self, *args: Any, post: Post) -> None:
        super().__init__(*args)
        cast("forms.ModelChoiceField[Comment]", self.fields["reactie"]).queryset = post.comments.shown()
