"""What holds for every page, and the looks in which it is looked at."""

from collections.abc import Iterator

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

LONG = "Sociedad Anónima de Diagnósticos Veterinarios y Anatomopatológicos " + "x" * 120
LOOKS = {
    "light": {"color_scheme": "light"},
    "dark": {"color_scheme": "dark"},
    "phone": {"viewport": {"width": 360, "height": 740}, "is_mobile": True, "has_touch": True},
}


def check(page: Page, path: str = "") -> None:
    """Open a path, or take the page as it is, and hold it to what holds for every page."""
    refused: list[str] = []
    page.on("console", lambda message: refused.append(message.text))
    if path:
        page.goto(path)
    found = [f"{violation['id']}: {violation['nodes'][0]['html']}" for violation in violations(page)]
    assert found == [], page.url
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), (
        page.url
    )
    assert [text for text in refused if "Content Security Policy" in text] == [], page.url


def violations(page: Page) -> Iterator[dict]:
    yield from Axe().run(page).response["violations"]
