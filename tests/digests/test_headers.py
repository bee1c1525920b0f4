"""Nothing that a person wrote becomes a header, a second recipient or another subject than its own."""

import re
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import Message

import pytest

from accounts.models import Person
from digests.compose import compose
from digests.letter import SUBJECT_LENGTH, letter
from digests.models import Mail
from digests.plan import plan
from digests.spread import spread
from regions.models import Comment, Invitation, Meeting, Post, Region, Signup, Sort, Unspread
from tests import make
from tests.digests.mailing import wants

pytestmark = pytest.mark.django_db

HEADERS = [
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "Auto-Submitted",
    "X-Auto-Response-Suppress",
]
PARTS = ["MIME-Version", "Content-Type"]
LEAVING = ["List-Unsubscribe", "List-Unsubscribe-Post"]
HOSTILE = {
    "lines": "Naam\r\nBcc: all@evil.example\r\n\r\nEn meer",
    "bare": "Naam\nBcc: all@evil.example",
    "return": "Naam\rBcc: all@evil.example",
    "other lines": "Naam\x0bBcc: a@evil.example\x0cX: 1\x1cX: 2\x85X: 3\u2028X: 4\u2029X: 5",
    "controls": "Naam\x01\x02\x07\x08\x1b[31m\x7f",
    "word": "=?utf-8?q?Naam=0D=0ABcc=3A_all=40evil.example?=",
    "word in base64": "=?utf-8?b?TmFhbQ0KQmNjOiBhbGxAZXZpbC5leGFtcGxl?=",
    "direction": "Naam\u202emoc.live\u202c\u2066x\u2069\u200f",
    "address": 'Naam" <all@evil.example>, "Een ander',
    "surrogates and wide": "Naam 🏳️‍🌈 日本語 " + "é" * 40,
    "folding": "Naam " + "a" * 100,
}


@pytest.fixture(params=list(HOSTILE))
def hostile(request: pytest.FixtureRequest) -> str:
    return HOSTILE[request.param]


def headers(mail: Mail) -> tuple[list[str], str, list[str]]:
    """Return the names of the headers as they go over the line, the subject unfolded, and the recipients."""
    composed = compose(mail)
    assert composed
    head, _empty, _rest = composed.body.partition(b"\r\n\r\n")
    lines = head.decode("ascii").split("\r\n")
    assert [line for line in lines if "\n" in line or "\r" in line or len(line) > 998] == []
    assert [line for line in lines if line in ("Subject:", "Subject: ")] == [], "no first line is empty"
    leave = [line for line in lines if line.startswith("List-Unsubscribe: ")]
    assert [line for line in leave if not re.fullmatch(r"List-Unsubscribe: <http://[!-;=?-~]+>", line)] == []
    read = message_from_bytes(composed.body, policy=policy.compat32)
    assert read.keys() == [line.partition(":")[0] for line in lines if line[0] not in " \t"]
    return read.keys(), subject_of(read), [composed.recipient]


def subject_of(read: Message) -> str:
    return str(make_header(decode_header(read["Subject"].replace("\r\n", ""))))


def name_all(hostile: str, by: Person, where: Region) -> None:
    Person.objects.filter(pk=by.pk).update(name=hostile[:80])
    Region.objects.filter(pk=where.pk).update(name=hostile[:80])


def only(kind: str) -> Mail:
    return Mail.objects.get(kind=kind)


def is_quiet(subject: str) -> bool:
    """Tell whether a subject is one line of what can be printed."""
    return subject.isprintable() and len(subject) <= SUBJECT_LENGTH


def test_of_an_overview(hostile: str, utrecht: Region, anna: Person, bram: Person) -> None:
    reader = make.person("Reader")
    wants(reader)
    meeting = make.meeting(by=anna, region=utrecht, title=hostile[:140])
    challenge = make.challenge(by=anna, region=utrecht, title=hostile[:140])
    Signup.make(meeting, by=reader, perspective="inwoner")
    challenge.follow(reader)
    Unspread.objects.all().delete()
    Comment.write(challenge, hostile, by=bram)
    Meeting.objects.get(pk=meeting.pk).cancel(anna, hostile)
    name_all(hostile, bram, utrecht)
    spread()
    plan()
    names, subject, to = headers(only(Mail.Kind.DIGEST))
    assert (names, to, is_quiet(subject)) == (HEADERS + LEAVING + PARTS, [reader.email], True)


def test_of_a_meeting(hostile: str, utrecht: Region, anna: Person, bram: Person) -> None:
    wants(bram)
    meeting = make.meeting(by=anna, region=utrecht, title=hostile[:140], place=hostile[:200])
    Unspread.objects.all().delete()
    Signup.make(meeting, by=bram, perspective="inwoner")
    name_all(hostile, bram, utrecht)
    spread()
    names, subject, to = headers(only(Mail.Kind.MEETING))
    assert (names, to, is_quiet(subject)) == (HEADERS + PARTS, [bram.email], True)


def test_of_an_announcement(hostile: str, utrecht: Region, anna: Person, mo: Person) -> None:
    wants(anna)
    post = make.post(by=mo, region=utrecht, sort=Sort.ANNOUNCEMENT, title=hostile[:140], words=hostile)
    name_all(hostile, mo, utrecht)
    assert Post.objects.get(pk=post.pk).title == hostile[:140]
    mail = Mail.objects.create(
        key="one", kind=Mail.Kind.ANNOUNCEMENT, person=anna, data={"ids": {"object": post.pk}}, message_id="<one@x>"
    )
    names, subject, to = headers(mail)
    assert (names, to, is_quiet(subject)) == (HEADERS + LEAVING + PARTS, [anna.email], True)


def test_of_an_invitation(hostile: str, utrecht: Region, mo: Person) -> None:
    Invitation.objects.invite(utrecht, ["nieuw@voorbeeld.example"], by=mo)
    name_all(hostile, mo, utrecht)
    spread()
    names, subject, to = headers(only(Mail.Kind.INVITATION))
    assert (names, to, is_quiet(subject)) == (HEADERS + PARTS, ["nieuw@voorbeeld.example"], True)


@pytest.mark.parametrize("sign", ["a", "a ", "é", "日", "🏳️‍🌈", "\r\n", "\x00", "=?utf-8?q?a?= "])
def test_of_a_subject_of_ten_thousand_characters(sign: str, anna: Person) -> None:
    mail = Mail(key="one", kind=Mail.Kind.DIGEST, person=anna, message_id="<one@x.example>")
    body = letter(mail, anna.email, sign * 10_000, text="Hoi.", html="<p>Hoi.</p>").body
    read = message_from_bytes(body, policy=policy.compat32)
    subject = subject_of(read)
    assert (read.keys(), is_quiet(subject)) == (HEADERS + PARTS, True)
