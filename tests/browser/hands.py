"""Two ways to do the same: with the keyboard alone, and with a mouse where no JavaScript runs."""

from playwright.sync_api import Page, expect

from tests.browser.keys import go_to, press, write


class Mouse:
    """Clicks and types. The page it is given runs no JavaScript."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def visit(self, path: str) -> None:
        self.page.goto(path)
        self.arrive()

    def arrive(self) -> None:
        """Wait for a page of ours: not for what leads to it."""
        self.page.locator("main").wait_for()

    def go(self, selector: str) -> None:
        """Use the link or the button that leads to another page."""
        with self.page.expect_navigation():
            self.page.locator(selector).first.click()
        self.arrive()

    def open(self, selector: str) -> None:
        """Open what is folded."""
        self.page.locator(selector).first.click()

    def write(self, selector: str, words: str) -> None:
        self.page.locator(selector).first.fill(words)

    def date(self, selector: str, day: str) -> None:
        """Fill in a day, as 2026-12-31."""
        self.write(selector, day)

    def time(self, selector: str, hour: str) -> None:
        """Fill in an hour before noon, as 09:30."""
        self.write(selector, hour)

    def choose(self, name: str, value: str) -> None:
        """Choose one of a group."""
        self.page.check(f"[name={name}][value='{value}']")

    def tick(self, selector: str) -> None:
        self.page.check(selector)

    def pick(self, selector: str, label: str) -> None:
        """Pick the first that begins so from a list that folds out."""
        options = self.page.locator(f"{selector} option").all_inner_texts()
        self.page.select_option(selector, label=next(text for text in options if text.startswith(label)))

    def reply(self) -> None:
        """Open the field for a reply to the first comment: on a page of its own."""
        self.go(".initiate-comment__actions a[href*='/reacties/?op=']")


class Keys(Mouse):
    """Tab, Shift and Tab, Enter, space, arrows and letters; `keys.tab` looks at each stop."""

    def go(self, selector: str) -> None:
        with self.page.expect_navigation():
            press(self.page, selector)
        self.arrive()

    def open(self, selector: str) -> None:
        press(self.page, selector, "Space")

    def write(self, selector: str, words: str) -> None:
        go_to(self.page, selector)
        self.page.keyboard.press("ControlOrMeta+a")
        self.page.keyboard.type(words)

    def date(self, selector: str, day: str) -> None:
        """In the order of this browser: that of the machine's language, not of the page's."""
        go_to(self.page, selector)
        year, month, number = day.split("-")
        for order in (f"{number}{month}{year}", f"{month}{number}{year}"):
            for _part in range(3):
                self.page.keyboard.press("ArrowLeft")
            self.page.keyboard.type(order)
            if self.page.input_value(selector) == day:
                return
        raise AssertionError(f"no way to fill in {day}")

    def time(self, selector: str, hour: str) -> None:
        write(self.page, selector, hour.replace(":", "") + "a")  # a: before noon, for who has a clock of 12 hours

    def choose(self, name: str, value: str) -> None:
        go_to(self.page, f"[name={name}]")
        self.page.keyboard.press("Space")
        for _one in range(self.page.locator(f"[name={name}]").count()):
            if self.page.locator(f"[name={name}][value='{value}']").is_checked():
                return
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"no {value} among {name}")

    def tick(self, selector: str) -> None:
        press(self.page, selector, "Space")

    def pick(self, selector: str, label: str) -> None:
        go_to(self.page, selector)
        self.page.keyboard.type(label)

    def reply(self) -> None:
        """The form comes under the comment, and the focus goes into it."""
        press(self.page, ".initiate-comment__actions a[href*='/reacties/?op=']")
        self.page.wait_for_function("() => document.activeElement.matches('textarea')")
        expect(self.page.locator("body > [role=status]")).to_contain_text("Uw antwoord aan")
