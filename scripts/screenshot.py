"""Takes the README's pictures from a running demo laboratory: `python scripts/screenshot.py [address]`."""

import io
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, ViewportSize, sync_playwright

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "images"
ADDRESS = "http://127.0.0.1:8000"
PASSWORD = "demo-lamina"  # noqa: S105  (the demo's, which is public)
PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
SIZE = ViewportSize(width=1200, height=750)
COLOURS = 256


def main(address: str = ADDRESS) -> None:
    """Write docs/images/*.png; the same laboratory gives the same pictures."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    program = next(path for name in PROGRAMS if (path := shutil.which(name)))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        take_pictures(lambda: browser.new_page(base_url=address, viewport=SIZE, locale="es-AR"))
        browser.close()


def take_pictures(open_page: Callable[[], Page]) -> None:
    """Take every picture with pages that `open_page()` opens."""
    page = open_page()
    _log_in(page, "staff@demo.test")
    _save(page, "work-orders")
    address = page.locator("a.name", has_text="OT-").first.get_attribute("href")
    assert address is not None
    page.goto(address)
    _save(page, "work-order")


def _log_in(page: Page, email: str) -> None:
    page.goto("/accounts/login/?next=/work-orders/")
    page.fill("input[name=login]", email)
    page.fill("input[name=password]", PASSWORD)
    page.click("main button[type=submit]")
    page.wait_for_url("**/work-orders/")


def _save(page: Page, name: str) -> None:
    page.evaluate("document.fonts.ready")
    picture = Image.open(io.BytesIO(page.screenshot()))
    picture.convert("RGB").quantize(COLOURS).save(FOLDER / f"{name}.png", optimize=True)


if __name__ == "__main__":
    main(*sys.argv[1:2])
