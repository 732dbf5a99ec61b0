"""What holds for every page: accessible, light and dark, no wider than a phone, and nothing inline."""

import json

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page, ViewportSize

LONG = "Sociedad Anónima de Diagnósticos Veterinarios y Anatomopatológicos " + "x" * 120
PHONE = {"viewport": {"width": 360, "height": 740}, "is_mobile": True, "has_touch": True}
PHONE_SIZE: ViewportSize = {"width": 360, "height": 740}
FITS = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
# A page that was made narrow has so long to arrange itself.
ARRANGES_ITSELF = """() => new Promise((answer) => {
    const end = performance.now() + 2_000;
    const look = () => (FITS || performance.now() > end ? answer(FITS) : requestAnimationFrame(look));
    look();
})""".replace("FITS", f"({FITS})")
RUN = """async (options) => (await axe.run({resultTypes: ["violations"], ...options})).violations.map(
    found => `${found.id}: ${found.nodes[0].html}`
)"""
EVERYTHING: dict = {}
# A dark look differs in its colours alone.
CONTRAST = {"runOnly": ["color-contrast"]}


def check(page: Page, path: str = "") -> None:
    """Hold a page to everything: one state of each template, the fullest, is enough."""
    look(page, path)
    assert violations(page, EVERYTHING) == [], page.url
    # Without motion from here on: colours that fade into each other are none yet.
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    assert violations(page, CONTRAST) == [], page.url
    page.emulate_media(color_scheme="light", reduced_motion="reduce")


def look(page: Page, path: str = "") -> None:
    """Open a path, or take the page as it is, and hold it to the policy and to the width of a phone."""
    refused: list[str] = []

    def note(message) -> None:
        refused.append(message.text)

    page.on("console", note)
    if path:
        page.goto(path)
    # A page that was clicked away from is followed by one that has no elements yet.
    page.wait_for_load_state()
    assert page.evaluate(FITS), page.url
    usual = page.viewport_size
    page.set_viewport_size(PHONE_SIZE)
    assert page.evaluate(ARRANGES_ITSELF), f"wider than a phone: {page.url}"
    if usual:
        page.set_viewport_size(usual)
    page.remove_listener("console", note)
    assert [text for text in refused if "Content Security Policy" in text] == [], page.url


def violations(page: Page, options: dict) -> list[str]:
    """Return what is not accessible on the page, each with the first element that it is about."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    return page.evaluate(f"({RUN})({json.dumps(options)})")
