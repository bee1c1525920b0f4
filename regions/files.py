"""Which files are taken: an allow-list by extension, size and first bytes; images are made anew."""

import io
import re
import unicodedata
import uuid
import warnings
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files import File
from django.core.files.base import ContentFile
from django.utils.translation import gettext as _
from PIL import Image, ImageOps

from regions.text import refuse_bsn

MOST_BYTES = 10 * 1024 * 1024
MOST_PIXELS = 40_000_000
MOST_FILES = 30
LONGEST_NAME = 150
PORTRAIT = 320
_OPEN_XML = "application/vnd.openxmlformats-officedocument"
_OPEN_DOCUMENT = "application/vnd.oasis.opendocument"
_NOT_IN_NAMES = re.compile(r'[<>:"|?*\\/]')
_CONTROLS = {chr(code) for code in range(32)} - set("\t\n\r\f")


def picker(most: int, *kinds: str) -> dict[str, Any]:
    """Return what a field for a file tells the browser: its kinds, and its most bytes; the server asks both again."""
    return {"accept": ",".join(f".{kind}" for kind in kinds or KINDS), "data-most": most}


@dataclass(frozen=True)
class Kind:
    """A kind of file: what it is called on the wire, and how its bytes show that it is so."""

    mime: str
    fits: Callable[[bytes], bool]
    picture: str = ""


def check(upload: "File[bytes]") -> tuple["File[bytes]", str]:
    """Return the file as it may be kept, under a clean name, and its MIME type. Raises ValidationError."""
    name = clean_name(upload.name or "")
    kind = KINDS.get(PurePosixPath(name).suffix.removeprefix("."))
    if kind is None:
        raise ValidationError(
            _("We do not take this kind of file. We take: %(kinds)s."), params={"kinds": ", ".join(KINDS)}
        )
    refuse_bsn(name)
    if not upload.size:
        raise ValidationError(_("This file is empty. Choose another file."))
    if upload.size > MOST_BYTES:
        raise ValidationError(_("This file is larger than 10 MB. Make it smaller or add a link to it."))
    upload.seek(0)
    content = upload.read()
    if not kind.fits(content):
        raise ValidationError(
            _("The content of this file is not what its name says. Save it again in the program that made it.")
        )
    if kind.mime.startswith("text/"):
        refuse_bsn(_text(content) or "")
    return ContentFile(_redrawn(content, kind.picture) if kind.picture else content, name), kind.mime


def portrait(upload: "File[bytes]") -> "ContentFile[bytes]":
    """Return the middle of a picture as a square JPEG of PORTRAIT pixels a side. Raises ValidationError."""
    file, mime = check(upload)
    if not mime.startswith("image/"):
        raise ValidationError(_("A portrait is a picture: PNG or JPG."))
    out = io.BytesIO()
    image = ImageOps.fit(Image.open(file).convert("RGB"), (PORTRAIT, PORTRAIT))
    image.save(out, "JPEG", quality=85, optimize=True)
    return ContentFile(out.getvalue(), f"{uuid.uuid4().hex}.jpg")


def clean_name(name: str) -> str:
    """Return a name of at most 150 characters, without path, control and invisible signs; extension in lower case."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    seen = "".join(sign if sign == " " or unicodedata.category(sign)[0] not in "CZ" else " " for sign in last)
    stem, dot, extension = " ".join(_NOT_IN_NAMES.sub(" ", seen).split()).rpartition(".")
    stem = stem.strip(" .") or _("file")
    ending = f"{dot}{extension.lower()}"
    return f"{stem[: LONGEST_NAME - len(ending)].rstrip()}{ending}"


def _redrawn(content: bytes, picture: str) -> bytes:
    """Return the picture drawn anew: place, camera and everything else that hides in it is left behind."""
    out = io.BytesIO()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            image = Image.open(io.BytesIO(content), formats=(picture,))
            if image.width * image.height > MOST_PIXELS:
                raise ValidationError(_("This picture has too many pixels. Make it smaller and try again."))
            drawn = ImageOps.exif_transpose(image)
            drawn = drawn.convert("RGBA" if picture == "PNG" and drawn.has_transparency_data else "RGB")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise ValidationError(_("We cannot read this picture. Save it again and try once more.")) from error
    drawn.info.clear()
    drawn.save(out, picture, quality=88, optimize=True)
    return out.getvalue()


def _begins(*signs: bytes) -> Callable[[bytes], bool]:
    return lambda content: content.startswith(signs)


def _is_open_xml(folder: str) -> Callable[[bytes], bool]:
    """An Office file without macros."""

    def fits(content: bytes) -> bool:
        names = _names_in_zip(content)
        has_macro = any("vbaproject" in name.lower() for name in names)
        return "[Content_Types].xml" in names and any(n.startswith(folder) for n in names) and not has_macro

    return fits


def _is_open_document(mime: str) -> Callable[[bytes], bool]:
    """The zip begins with a file `mimetype` that is stored as it is: its name at byte 30 (OpenDocument 1.3, part 2)."""
    mark = f"mimetype{mime}".encode()
    return lambda content: content[30 : 30 + len(mark)] == mark and "content.xml" in _names_in_zip(content)


def _names_in_zip(content: bytes) -> list[str]:
    if not content.startswith(b"PK\x03\x04"):
        return []
    try:
        return zipfile.ZipFile(io.BytesIO(content)).namelist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        return []


def _is_text(content: bytes) -> bool:
    text = _text(content)
    return text is not None and not _CONTROLS.intersection(text)


def _text(content: bytes) -> str | None:
    """Return the words, in UTF-8 or as older Windows programs write them; None for what is no text."""
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


KINDS = {
    "pdf": Kind("application/pdf", _begins(b"%PDF-")),
    "docx": Kind(f"{_OPEN_XML}.wordprocessingml.document", _is_open_xml("word/")),
    "xlsx": Kind(f"{_OPEN_XML}.spreadsheetml.sheet", _is_open_xml("xl/")),
    "pptx": Kind(f"{_OPEN_XML}.presentationml.presentation", _is_open_xml("ppt/")),
    "odt": Kind(f"{_OPEN_DOCUMENT}.text", _is_open_document(f"{_OPEN_DOCUMENT}.text")),
    "ods": Kind(f"{_OPEN_DOCUMENT}.spreadsheet", _is_open_document(f"{_OPEN_DOCUMENT}.spreadsheet")),
    "odp": Kind(f"{_OPEN_DOCUMENT}.presentation", _is_open_document(f"{_OPEN_DOCUMENT}.presentation")),
    "png": Kind("image/png", _begins(b"\x89PNG\r\n\x1a\n"), picture="PNG"),
    "jpg": Kind("image/jpeg", _begins(b"\xff\xd8\xff"), picture="JPEG"),
    "jpeg": Kind("image/jpeg", _begins(b"\xff\xd8\xff"), picture="JPEG"),
    "txt": Kind("text/plain", _is_text),
    "csv": Kind("text/csv", _is_text),
}
