"""A page of any size while it is drawn: blocks and what they are made of, from the top left."""

from collections.abc import Mapping

from reportlab.pdfgen.canvas import Canvas

from lims.documents.paper import images
from lims.documents.paper.fonts import font
from lims.documents.paper.layout import Bar, Block, Code, Link, Picture, Rule, Style

DOT_PT = 72 / 300


def on_dots(distance_pt: float) -> float:
    """The distance as a whole number of the dots of a printer with 300 dpi."""
    return round(distance_pt / DOT_PT) * DOT_PT


class Sheet:
    """One page; `block` puts a block onto it, `end` the whole page into the file."""

    def __init__(self, canvas: Canvas, assets: Mapping[str, bytes], page: int) -> None:
        self.canvas, self.assets, self.page = canvas, assets, page
        self.rules: list[str] = []
        self.texts: list[str] = []
        self.style: Style | None = None
        self.subset = 0

    def block(self, y_pt: float, block: Block) -> None:
        """Draw a block whose top is that far from the bottom of the page."""
        for x, down, style, text in block.texts:
            self._text(x, y_pt - down, style, text)
        for rule in block.rules:
            self._rule(y_pt, rule)
        for bar in block.bars:
            self._bar(y_pt, bar, block.height_pt)
        for picture in block.pictures:
            self._picture(y_pt, picture)
        for code in block.codes:
            self._code(y_pt, code)
        for link in block.links:
            self._link(y_pt, link)
        if block.bookmark:
            self._bookmark(y_pt, block.bookmark)

    def _text(self, x_pt: float, y_pt: float, style: Style, text: str) -> None:
        self.texts.append(f"1 0 0 1 {x_pt:.2f} {y_pt:.2f} Tm")
        doc = self.canvas._doc
        face = font(style.font)
        for subset, shown in face.chunks(text, doc):
            if style is not self.style or subset != self.subset:
                self.texts.append(f"{face.getSubsetInternalName(subset, doc)} {style.size_pt} Tf")
                self.style, self.subset = style, subset
            self.texts.append(f"({shown}) Tj")

    def _rule(self, y_pt: float, rule: Rule) -> None:
        y = y_pt - rule.down_pt
        line = f"{rule.x_pt:.2f} {y:.2f} m {rule.end_x_pt:.2f} {y:.2f} l S"
        self.rules.append(f"{rule.grey} G {rule.weight_pt} w {line}")

    def _bar(self, y_pt: float, bar: Bar, height_pt: float) -> None:
        line = f"{bar.x_pt:.2f} {y_pt:.2f} m {bar.x_pt:.2f} {y_pt - height_pt:.2f} l S"
        self.rules.append(f"0 G {bar.weight_pt} w {line}")

    def _code(self, y_pt: float, code: Code) -> None:
        """Draw a matrix code on the grid of the printer's dots, so that all its modules print alike."""
        left, top = on_dots(code.x_pt), on_dots(y_pt - code.down_pt)
        module = code.module_pt
        runs = (
            f"{left + first * module:.3f} {top - row * module:.3f} {length * module:.3f} {-module:.3f} re"
            for row, dark in enumerate(code.rows)
            for first, length in dark
        )
        self.rules.append("\n".join(["0 g", *runs, "f"]))

    def _link(self, y_pt: float, link: Link) -> None:
        bottom = y_pt - link.down_pt
        area = (link.x_pt, bottom, link.x_pt + link.width_pt, bottom + link.height_pt)
        self.canvas.linkURL(link.url, area, relative=0, F=4)  # 4: print it

    def _picture(self, y_pt: float, picture: Picture) -> None:
        name = "image." + picture.sha256
        if not self.canvas.hasForm(name):
            image = images.image_object(
                picture.sha256, self.assets[picture.sha256], picture.width_pt, picture.height_pt
            )
            images.add_image(self.canvas._doc, name, image)
        self.canvas.saveState()
        self.canvas.transform(picture.width_pt, 0, 0, picture.height_pt, picture.x_pt, y_pt - picture.down_pt)
        self.canvas.doForm(name)
        self.canvas.restoreState()

    def _bookmark(self, y_pt: float, title: str) -> None:
        key = f"{self.page}-{y_pt:.0f}"
        self.canvas.bookmarkHorizontalAbsolute(key, round(y_pt, 2))
        self.canvas.addOutlineEntry(title, key, 0)

    def end(self) -> None:
        """Write the page into the file, lines and pictures beneath its texts."""
        self.canvas.addLiteral("\n".join([*self.rules, "BT", *self.texts, "ET"]))
        self.canvas.showPage()
