"""What holds for every page, and the looks in which it is looked at."""

from collections.abc import Iterator

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

LONG = "Sociedad Anónima de Diagnósticos Veterinarios y Anatomopatológicos " + "x" * 120
# A wide page is looked at light and dark; on a phone its light look is enough, as colours are the same there.
LOOKS = {
    "wide": {"color_scheme": "light"},
    "phone": {"viewport": {"width": 360, "height": 740}, "is_mobile": True, "has_touch": True},
}
PHONE_PX = 600


def check(page: Page, path: str = "") -> None:
    """Open a path, or take the page as it is, and hold it to what holds for every page."""
    refused: list[str] = []
    page.on("console", lambda message: refused.append(message.text))
    if path:
        page.goto(path)
    # A page that was clicked away from is followed by one that has no elements yet.
    page.wait_for_load_state()
    found = [*violations(page), *violations_in_the_dark(page)]
    assert [f"{violation['id']}: {violation['nodes'][0]['html']}" for violation in found] == [], page.url
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), (
        page.url
    )
    assert [text for text in refused if "Content Security Policy" in text] == [], page.url


def violations_in_the_dark(page: Page) -> Iterator[dict]:
    """What a wide page's dark look gets wrong, which are its colours alone."""
    if (page.viewport_size or {"width": 0})["width"] > PHONE_PX:
        # Without motion from here on: colours that fade into each other are none yet.
        page.emulate_media(color_scheme="dark", reduced_motion="reduce")
        yield from Axe().run(page, options={"runOnly": ["color-contrast"]}).response["violations"]
        page.emulate_media(color_scheme="light", reduced_motion="reduce")


def violations(page: Page) -> Iterator[dict]:
    yield from Axe().run(page).response["violations"]
