"""The rivals themselves: each returns a function that draws a story, its fonts and template read once."""

import json
import logging
from collections.abc import Callable
from html import escape
from pathlib import Path
from typing import Any

from bench.rivals.story import FONTS

HERE = Path(__file__).parent
Draw = Callable[[dict[str, Any]], bytes]


def typst(folder: Path) -> Draw:
    """Draw with typst, whose compiler keeps its caches from one document to the next."""
    import typst as engine

    (folder / "report.typ").write_text((HERE / "report.typ").read_text())
    fonts = engine.Fonts(include_system_fonts=False, font_paths=[str(FONTS)])

    def draw(story: dict[str, Any]) -> bytes:
        texts = {"story": json.dumps(story)}
        source = str(folder / "report.typ")
        return engine.Compiler(source, str(folder), fonts, sys_inputs=texts).compile(format="pdf")

    return draw


def weasyprint(folder: Path) -> Draw:
    """Draw with WeasyPrint; raises OSError where Pango, which it draws text with, is not installed."""
    import weasyprint as engine
    from weasyprint.text.fonts import FontConfiguration

    # It tells of each step.
    logging.getLogger("weasyprint").setLevel(logging.WARNING)
    configuration = FontConfiguration()
    faces = "".join(
        f'@font-face {{ font-family: "Source Sans Pro"; font-weight: {weight}; '
        f"src: url({(FONTS / f'SourceSansPro-{name}.ttf').as_uri()}) }}"
        for name, weight in (("Regular", 400), ("Semibold", 600))
    )
    css = (HERE / "report.css").read_text()
    style = engine.CSS(string=faces + css, font_config=configuration)

    def draw(story: dict[str, Any]) -> bytes:
        page = engine.HTML(string=_page(story), base_url=f"{folder.as_uri()}/")
        return page.write_pdf(stylesheets=[style], font_config=configuration)

    return draw


def _page(story: dict[str, Any]) -> str:
    return "".join(
        (
            f"<html lang=es><title>{escape(story['number'])}</title><body>",
            f"<div class=head>{_image(story['logo'])}<div>{_lines(story['laboratory'])}</div></div>",
            f"<h1>{escape(story['title'])} {escape(story['number'])}</h1>",
            f"<div class=facts>{_lines(story['facts'])}</div>",
            "<ul>" + "".join(f"<li>{escape(each)}" for each in story["specimens"]) + "</ul>",
            f"<p>{escape(story['history'])}</p>",
            *(_diagnosis(*each) for each in story["diagnoses"]),
            *(_section(*each) for each in story["sections"]),
            f"<div class=figures>{''.join(_figure(*each) for each in story['figures'])}</div>",
            f"<div class=end><div>{_image(story['signature'], 'signature')}<br>",
            f"{_lines(story['author'])}</div>",
            f"<div>{_image('code.svg')}<br>{_lines(story['code'])}</div></div>",
        )
    )


def _lines(texts: list[str]) -> str:
    return "<br>".join(escape(text) for text in texts)


def _image(name: str | None, style: str = "") -> str:
    return f'<img class="{style}" src="{name}">' if name else ""


def _diagnosis(heading: str, diagnosis: str, rows: list[list[str]]) -> str:
    cells = "".join(f"<tr><td>{escape(element)}<td>{escape(answer)}" for element, answer in rows)
    return f"<h2>{escape(heading)}</h2><p class=said>{escape(diagnosis)}</p><table>{cells}</table>"


def _section(name: str, paragraphs: list[str]) -> str:
    return f"<h2>{escape(name)}</h2>" + "".join(f"<p>{escape(text)}</p>" for text in paragraphs)


def _figure(name: str, caption: str) -> str:
    return f"<figure>{_image(name)}<figcaption>{escape(caption)}</figcaption></figure>"
