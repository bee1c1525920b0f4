"""What all kinds share whose text someone writes: drafts, publication, versions, edits."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, ClassVar, Self, TypeVar, cast

from django.contrib.postgres.expressions import ArraySubquery
from django.db import models, transaction
from django.db.models import OuterRef
from django.db.models.functions import JSONObject
from django.utils import timezone

from accounts.models import Person
from regions.errors import AlreadyDone, EditConflict
from regions.models.contribution import Contribution, ContributionQuerySet, State
from regions.models.entry import Entry
from regions.models.event import Audience, Event, Verb
from regions.models.involvement import Part
from regions.models.region import Region
from regions.models.theme import Theme
from regions.models.version import Version
from regions.text import plain, rendered

W = TypeVar("W", bound="Writing", covariant=True)  # noqa: PLC0105 - short in every signature


class WritingQuerySet(ContributionQuerySet[W]):
    @transaction.atomic
    def post(
        self,
        *,
        by: Person,
        region: Region,
        text: Mapping[str, str],
        themes: Iterable[Theme] = (),
        tags: Iterable[str] = (),
        at: datetime | None = None,
        **fields: Any,
    ) -> W:
        """Make a draft with its author and version 1; `text` holds the TEXT_FIELDS of the kind."""
        moment = at or timezone.now()
        times = dict.fromkeys(("created_at", *self.model.PUBLISHED_AT), moment)
        words = {name: text.get(name, "") for name in self.model.TEXT_FIELDS}
        writing = self.model(kind=self.model.KIND, author=by, region=region, **times, **words, **fields)
        writing.html = writing.rendered_html()
        writing.save()
        writing.themes.set(themes)
        writing.tags.set(list(tags))
        writing.involvements.create(person=by, part=Part.AUTHOR, started_at=moment)
        writing.keep_version(by, moment)
        return writing


def theme_rows() -> ArraySubquery:
    """Return the themes of a contribution as rows in its own query, for `Writing.theme_list`."""
    themes = Theme.objects.filter(contributions=OuterRef("pk"))
    return ArraySubquery(themes.values(row=JSONObject(slug="slug", name="name", name_en="name_en")))


class Writing(Contribution):  # type: ignore[django-manager-missing]  # of tags, by taggit
    """`TEXT_FIELDS` make a version, the title first; `MARKDOWN_FIELDS` are kept as HTML too.

    `PUBLISHED_AT` names the times that begin anew at publication.
    """

    TEXT_FIELDS: ClassVar[tuple[str, ...]] = ("title",)
    MARKDOWN_FIELDS: ClassVar[tuple[str, ...]] = ()
    PUBLISHED_AT: ClassVar[tuple[str, ...]] = ("last_activity_at",)

    html = models.JSONField(default=dict, editable=False)

    theme_rows: list[dict[str, str]]  # given by what fetches it for its page

    class Meta:
        abstract = True

    @property
    def theme_list(self) -> list[Theme]:
        return [Theme(**row) for row in self.theme_rows]

    @property
    def text(self) -> dict[str, str]:
        return {name: getattr(self, name) for name in self.TEXT_FIELDS}

    @property
    def reading_minutes(self) -> int:
        """How long the text takes at 200 words a minute, at least one."""
        words = sum(len(getattr(self, name).split()) for name in self.TEXT_FIELDS)
        return max(1, round(words / 200))

    def rendered_html(self) -> dict[str, str]:
        return {name: rendered(getattr(self, name)) for name in self.MARKDOWN_FIELDS if getattr(self, name)}

    def keep_version(self, by: Person, at: datetime | None = None) -> None:
        Version.objects.create(
            contribution_id=self.pk, number=self.version, by=by, at=at or timezone.now(), text=self.text
        )

    def index(self) -> None:
        """Write the searchable text; drafts have none."""
        parts = [plain(words) if name in self.MARKDOWN_FIELDS else words for name, words in self.text.items()]
        Entry.put(self, self, title=self.title, text="\n".join(part for part in parts[1:] if part))

    @transaction.atomic
    def publish(self, by: Person, *, at: datetime | None = None, **data: Any) -> bool:
        """Make a draft readable for its audience; return False when a moderator looks first.

        `data` goes with the event of the publication. Raises AlreadyDone when it was published before.
        """
        locked = self._locked()
        if locked.state != State.DRAFT:
            raise AlreadyDone(locked.state)
        is_held_back, moment = locked.is_held_back, at or timezone.now()
        locked.state = State.PENDING if is_held_back else State.PUBLISHED
        locked.published_at = None if is_held_back else moment
        for name in self.PUBLISHED_AT:
            setattr(locked, name, moment)
        locked.save(update_fields=["state", "published_at", *self.PUBLISHED_AT])
        locked.index()
        if is_held_back:
            Event.write(Verb.SUBMITTED, by=by, contribution=locked, audience=Audience.DESK, at=at)
        else:
            Event.write(Verb.PUBLISHED, by=by, contribution=locked, at=at, **data)
        return not is_held_back

    @transaction.atomic
    def discard(self, by: Person) -> None:
        """Throw a draft away. Raises AlreadyDone when it was published: that is never deleted."""
        locked = self._locked()
        if locked.state != State.DRAFT:
            raise AlreadyDone(locked.state)
        locked.withdraw_claim(by)
        if locked.events.exists():
            locked._empty()
        else:
            locked.delete()

    def _empty(self) -> None:
        """Take every word away and end all parts, so that nobody sees it: the log keeps pointing here."""
        for name in self.TEXT_FIELDS:
            setattr(self, name, "")
        self.html = {}
        self.save(update_fields=[*self.TEXT_FIELDS, "html"])
        self.versions.all().delete()
        self.attachments.update(removed_at=timezone.now())
        self.involvements.current().update(ended_at=timezone.now())

    @transaction.atomic
    def edit(self, *, by: Person, seen: int, text: Mapping[str, str], small: bool = False, **fields: Any) -> bool:
        """Write new text over version `seen`. Raises EditConflict over a newer one.

        Return False when nothing differs, also from a newer version: then the same was sent twice. `fields` may hold
        what is no text (who reads it, where it takes place); a change of these alone makes no new version. Of a `small`
        one followers hear nothing.
        """
        locked = self._locked()
        changed = [name for name, value in {**text, **fields}.items() if getattr(locked, name) != value]
        if not changed:
            return False
        if locked.version != seen:
            raise EditConflict(locked.version)
        is_new_text = {**locked.text, **text} != locked.text
        for name in changed:
            setattr(locked, name, text[name] if name in text else fields[name])
        locked._save_edit(by, changed, is_new_text=is_new_text, small=small)
        if is_new_text:
            locked.rulings.on_itself().settle(by)
        return True

    def _save_edit(self, by: Person, changed: list[str], *, is_new_text: bool, small: bool) -> None:
        self.html = self.rendered_html()
        self.version += is_new_text
        if is_new_text:
            self.keep_version(by)
        written = ["html", "version"]
        if self.state != State.DRAFT:
            self.last_activity_at = timezone.now()
            written.append("last_activity_at")
            self.index()
            size: dict[str, Any] = {"small": True} if small else {}
            Event.write(Verb.EDITED, by=by, contribution=self, version=self.version, fields=sorted(changed), **size)
        self.save(update_fields=[*changed, *written])

    @transaction.atomic
    def file_under(
        self, *, by: Person, themes: Iterable[Theme], tags: Iterable[str] = (), region: Region | None = None
    ) -> bool:
        """Set themes, tags and, where given, region; return False when nothing differs."""
        locked = self._locked()
        before = (set(locked.themes.all()), set(locked.tags.names()), locked.region_id)
        locked.themes.set(themes)
        locked.tags.set(list(tags))
        if region:
            locked.region = region
            locked.save(update_fields=["region"])
        if before == (set(locked.themes.all()), set(locked.tags.names()), locked.region_id):
            return False
        if locked.state != State.DRAFT:
            Event.write(Verb.FILED, by=by, contribution=locked)
        return True

    def _locked(self) -> Self:
        """Return the row as it is now, locked until the end of the transaction (parent and child)."""
        return cast(Self, type(self)._default_manager.select_for_update().get(pk=self.pk))
