"""The page on which a report is written, opened and looked at."""

from collections.abc import Iterator

from playwright.sync_api import Locator, Page

from lims.models import Report

WIDE = {"viewport": {"width": 1440, "height": 900}}


def opened(page: Page, draft: Report) -> Iterator[Page]:
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda said: "Security Policy" in said.text and complaints.append(said.text))
    page.goto(f"/reports/{draft.pk}/write/")
    yield page
    assert complaints == []


def saving(page: Page) -> Locator:
    return page.locator("[data-saving]")


def would_ask_before_leaving(page: Page) -> bool:
    return page.evaluate("() => !dispatchEvent(Object.assign(new Event('beforeunload', {cancelable: true})))")
