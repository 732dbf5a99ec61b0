"""What a page's forms would send as they stand, every box ticked."""

from html.parser import HTMLParser


class _Reader(HTMLParser):
    """Collects the fields of each form, by the form's number, and where its buttons lead."""

    def __init__(self) -> None:
        super().__init__()
        self.actions: list[tuple[str, int]] = []
        self.fields: dict[object, dict[str, str]] = {}
        self._ids: dict[str, int] = {}
        self._form = -1
        self._text: tuple[object, str] | None = None
        self._select: tuple[object, str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        at = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._begin(at)
        place = at.get("form", self._form)
        if "formaction" in at:
            self.actions.append((at["formaction"], self._form))
        if tag == "option" and self._select:
            place, name = self._select
            if "selected" in at or name not in self._of(place):
                self._of(place)[name] = at.get("value", "")
        if not (name := at.get("name")):
            return
        if tag in ("input", "button"):
            self._of(place).setdefault(name, at.get("value", "on"))
        elif tag == "textarea":
            self._text = (place, name)
            self._of(place)[name] = ""
        elif tag == "select":
            self._select = (place, name)

    def handle_data(self, data: str) -> None:
        if self._text:
            place, name = self._text
            self._of(place)[name] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._text = None
        elif tag == "select":
            self._select = None

    def sent_to(self, path: str) -> dict[str, str] | None:
        """Return what the first form that leads to a path sends."""
        number = next((number for action, number in self.actions if action == path), None)
        if number is None:
            return None
        named = [name for name, each in self._ids.items() if each == number]
        return {k: v for place in (number, *named) for k, v in self.fields.get(place, {}).items()}

    def _begin(self, at: dict[str, str]) -> None:
        self._form += 1
        self.actions.append((at.get("action", ""), self._form))
        if "id" in at:
            self._ids[at["id"]] = self._form

    def _of(self, place: object) -> dict[str, str]:
        return self.fields.setdefault(place, {})


def sent_by_form(page: str, path: str) -> dict[str, str]:
    """Return the fields of the page's first form that posts to a path, nothing if it has none."""
    reader = _Reader()
    reader.feed(page)
    sent = reader.sent_to(path) or reader.sent_to("") or {}
    return {name: value for name, value in sent.items() if name != "csrfmiddlewaretoken"}
