"""The posts and documents of the demo network; the files are made here from words, so that none stands in the code."""

import io
import zipfile
from collections.abc import Callable, Mapping
from datetime import date, datetime
from html import escape
from textwrap import dedent
from typing import Any

from django.core.files.base import ContentFile

from accounts.models import Person
from regions.files import KINDS
from regions.models import Comment, Document, Post, Region, Theme

Row = Mapping[str, Any]
When = Callable[[date, int], datetime]

NAMESPACES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "text", "manifest")
)


def load_posts(rows: Row, people: Mapping[str, Person], when: When) -> None:
    regions = {region.slug: region for region in Region.objects.all()}
    for row in rows["post"]:
        _load_post(row, regions[row["region"]], people, when)
    for row in rows["document"]:
        _load_document(row, regions[row["region"]], people, when)


def _load_post(row: Row, region: Region, people: Mapping[str, Person], when: When) -> None:
    by, at = people[row["by"]], when(row["on"], 9)
    post = Post.objects.post(
        by=by,
        region=region,
        text={"title": row["title"], "words": row["text"].strip()},
        themes=Theme.objects.filter(slug__in=row.get("themes", [])),
        at=at,
        sort=row["sort"],
        visibility=row["visibility"],
    )
    post.publish(by, at=at)
    for line in row.get("comment", []):
        words = dedent(line["text"]).strip()
        comment = Comment.write(post, words, by=people[line["by"]], at=when(line["on"], 11))
        if line.get("helped"):
            post.mark(comment, by=by, seen=None, at=when(line["on"], 15))


def _load_document(row: Row, region: Region, people: Mapping[str, Person], when: When) -> None:
    first, *later = row["edition"]
    by, at = people[row["by"]], when(first["on"], 9)
    text = {"title": row["title"], "description": row["description"]}
    document = Document.objects.post(by=by, region=region, text=text, at=at, visibility=row["visibility"])
    _load_edition(document, first, people, when)
    document.publish(by, at=at)
    for edition in later:
        _load_edition(document, edition, people, when)


def _load_edition(document: Document, row: Row, people: Mapping[str, Person], when: When) -> None:
    words = dedent(row["text"]).strip()
    ending = row["file"].rpartition(".")[2]
    content = _odt(words) if ending == "odt" else words.encode()
    file, at = ContentFile(content, row["file"]), when(row["on"], 10)
    document.add_edition(file, KINDS[ending].mime, by=people[row["by"]], news=row.get("news", ""), at=at)


def _odt(words: str) -> bytes:
    """Return a text document of some paragraphs (OpenDocument 1.3: `mimetype` comes first, and is not compressed)."""
    mime = KINDS["odt"].mime
    paragraphs = "".join(f"<text:p>{escape(line)}</text:p>" for line in words.splitlines())
    parts = {
        "content.xml": (
            f'<office:document-content {NAMESPACES} office:version="1.3">'
            f"<office:body><office:text>{paragraphs}</office:text></office:body></office:document-content>"
        ),
        "META-INF/manifest.xml": (
            f'<manifest:manifest {NAMESPACES} manifest:version="1.3">'
            f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{mime}"/>'
            '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/>'
            "</manifest:manifest>"
        ),
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", mime, compress_type=zipfile.ZIP_STORED)
        for name, xml in parts.items():
            archive.writestr(name, f'<?xml version="1.0" encoding="UTF-8"?>{xml}')
    return out.getvalue()
