"""How a test sees that a PDF has come to the browser."""

from collections.abc import Callable

from playwright.sync_api import Page


def arrived(page: Page, act: Callable[[], object]) -> bytes:
    """Return the PDF that the store sends to the browser after an action.

    Chromium's viewer keeps the bytes to itself, so they are asked for once more by their URL.
    """
    with page.expect_response(lambda answer: "X-Amz-Signature" in answer.url) as waited:
        act()
    answer = page.context.request.get(waited.value.url)
    assert answer.headers["content-type"] == "application/pdf"
    return answer.body()
