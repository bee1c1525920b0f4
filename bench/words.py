"""Dutch sentences by chance: the words of the demo texts as often as they stand there, and a long tail of compounds."""

import csv
import re
from collections import Counter
from itertools import accumulate
from pathlib import Path
from random import Random

DEMO = Path(__file__).resolve().parent.parent / "demo"
TEXTS = ("samenvatting", "vraag", "voor_wie", "verbetering", "meedoen")
SENTENCES = 20_000
COMPOUNDS = 40_000
RARE = "klinkerpad"
"""Stands in RARE_TIMES challenges, whatever the size."""
RARE_TIMES = 12
_WORD = re.compile(r"[^\W\d_]{2,}")


def demo_words() -> Counter[str]:
    """Count the words of the demo's challenges."""
    counts: Counter[str] = Counter()
    for file in sorted(DEMO.glob("challenges-*.csv")):
        with file.open(encoding="utf-8", newline="") as lines:
            for row in csv.DictReader(lines, delimiter=";"):
                counts.update(word.lower() for name in TEXTS for word in _WORD.findall(row[name]))
    return counts


def common_word() -> str:
    """Return the most common word that is not a small one: it stands in nearly every challenge."""
    return next(word for word, _n in demo_words().most_common() if len(word) > 5)


class Words:
    """The same texts for the same chance; sentences come from a pool, so that a million texts are made in minutes."""

    def __init__(self, chance: Random) -> None:
        self.chance = chance
        counts = demo_words()
        words, weights = list(counts), list(accumulate(counts.values()))
        parts = [word for word in words if 5 <= len(word) <= 9 and not word.endswith(("de", "te"))]
        self.compounds = [chance.choice(parts) + chance.choice(parts) for _ in range(COMPOUNDS)]
        self.sentences = [self._sentence(words, weights) for _ in range(SENTENCES)]

    def _sentence(self, words: list[str], weights: list[int]) -> str:
        picked = self.chance.choices(words, cum_weights=weights, k=self.chance.randint(7, 19))
        if self.chance.random() < 0.3:
            picked[-1] = self.compound()
        return f"{' '.join(picked).capitalize()}."

    def compound(self) -> str:
        """Return a compound; the first ones are much more common than the last ones."""
        return self.compounds[int(COMPOUNDS * self.chance.random() ** 4)]

    def text(self, sentences: int) -> str:
        return " ".join(self.chance.choices(self.sentences, k=sentences))

    def paragraphs(self, number: int, sentences: int) -> str:
        return "\n\n".join(self.text(sentences) for _ in range(number))

    def line(self, longest: int) -> str:
        """Return words on one line without a full stop, as a title has them."""
        words = f"{self.chance.choice(self.sentences)[:-1]} {self.compound()}"
        return words[:longest].rpartition(" ")[0] if len(words) > longest else words


def as_html(text: str) -> str:
    """Return what `regions.text.rendered` makes of texts from here, without parsing Markdown a million times."""
    return "".join(f"<p>{part}</p>\n" for part in text.split("\n\n"))


def flat(text: str) -> str:
    """Return what `regions.text.plain` makes of texts from here."""
    return text.replace("\n\n", " ")
