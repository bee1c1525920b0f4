"""A page on paper, as the browser prints it."""

import re
from pathlib import Path

from playwright.sync_api import Page


def pages_of(page: Page, file: Path) -> int:
    """Print the page to a file, on the paper of its own style, and return how many sheets that is.

    Chromium writes each sheet as one plain object of the type Page; the tree that holds them says the number once more.
    """
    printed = page.pdf(path=file, prefer_css_page_size=True)
    sheets = len(re.findall(rb"/Type\s*/Page\b(?!s)", printed))
    counts = [int(number) for number in re.findall(rb"/Count (\d+)", printed)]
    assert sheets == max(counts), "two ways to count"
    return sheets
