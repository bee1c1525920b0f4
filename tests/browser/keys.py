"""A browser without a mouse: from one stop of the Tab key to the next, each of which must be seen."""

from collections.abc import Iterator

from playwright.sync_api import Page

MOST = 250
"""No page has so many stops: who presses Tab more often walks in circles."""

WORDS = """(el) => `${el.localName} ${el.name || ""} ${(el.innerText || "").trim().slice(0, 60)}`"""
STOP = """() => {
  const el = document.activeElement;
  if (!el || el === document.body) return null;
  const box = el.getBoundingClientRect();
  const left = Math.max(box.left, 0), right = Math.min(box.right, innerWidth);
  const top = Math.max(box.top, 0), bottom = Math.min(box.bottom, innerHeight);
  const hit = document.elementFromPoint((left + right) / 2, (top + bottom) / 2);
  const rings = [getComputedStyle(el), getComputedStyle(el, "::after")];
  return {
    words: (WORDS)(el),
    has_ring: rings.some((ring) => ring.outlineStyle !== "none" && parseFloat(ring.outlineWidth) >= 2),
    is_in_view: right > left && bottom > top && !!hit && (el.contains(hit) || hit.contains(el)),
  };
}""".replace("WORDS", WORDS)
"""Where the focus is (null: nowhere in the page), whether it has a ring, and whether anything lies over it."""
USABLE = """() => [...document.querySelectorAll(
    "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']"
  )].filter((el) => el.checkVisibility({ visibilityProperty: true }) && !el.disabled).map(WORDS)
""".replace("WORDS", WORDS)
"""All that can be used by hand, in the order of the page."""


def tab(page: Page, key: str = "Tab") -> str:
    """Press Tab and return where that leads, "" for out of the page. A stop that cannot be seen is a fault."""
    page.keyboard.press(key)
    stop = page.evaluate(STOP)
    for _try in range(10):
        if stop is None or (stop["has_ring"] and stop["is_in_view"]):
            break
        page.wait_for_timeout(100)  # the page may be on its way there
        stop = page.evaluate(STOP)
    if stop is None:
        return ""
    assert stop == {"words": stop["words"], "has_ring": True, "is_in_view": True}, page.url
    return str(stop["words"])


def stops(page: Page) -> Iterator[str]:
    """Yield every stop from here on until the focus leaves the page."""
    for _press in range(MOST):
        stop = tab(page)
        if not stop:
            return
        yield stop
    raise AssertionError(f"the focus does not leave {page.url}")


def go_to(page: Page, selector: str) -> None:
    """Press Tab until the focus is on what this selects; once past the end of the page and on, where need be."""
    wanted = page.locator(selector)
    for _press in range(MOST):
        tab(page)
        if wanted.evaluate_all("(all) => all.includes(document.activeElement)"):
            return
    raise AssertionError(f"no way to {selector} on {page.url}")


def write(page: Page, selector: str, words: str) -> None:
    go_to(page, selector)
    page.keyboard.type(words)


def press(page: Page, selector: str, key: str = "Enter") -> None:
    go_to(page, selector)
    page.keyboard.press(key)
