"""What people search by: words typed on a phone, without accents, in any order, each from its beginning.

The same expression stands in a table's index and in a search, so that the one serves the other.
"""

import re
import unicodedata

from django.contrib.postgres.search import SearchQuery, SearchVector
from django.db.models import F, Func, TextField, Value
from django.db.models.functions import Coalesce, Concat, Lower

_MARKS = "".join(chr(code) for code in range(33, 127) if not chr(code).isalnum())
_ACCENTED = "ÁÀÂÃÄÅáàâãäåÉÈÊËéèêëÍÌÎÏíìîïÓÒÔÕÖóòôõöÚÙÛÜúùûüÑñÇçÝýÿ"
_PLAIN = "aaaaaaaaaaaaeeeeeeeeiiiiiiiioooooooooouuuuuuuunnccyyy"
# Marks part words as spaces do, so that the parser of the database has nothing to interpret.
FROM, TO = _ACCENTED + _MARKS, _PLAIN + " " * len(_MARKS)
_FOLD = str.maketrans(FROM, TO)
WORD = re.compile(r"[^\W_]+")
WORDS_MAX = 5


def folded(*names: str) -> Func:
    """Return the expression of some fields' text in lower case, without accents and marks."""
    text = TextField()
    parts = [part for name in names for part in (Value(" "), Coalesce(F(name), Value(""), output_field=text))]
    joined = Lower(Concat(*parts, output_field=text))
    return Func(joined, Value(FROM), Value(TO), function="translate", output_field=text)


def searched(*names: str) -> SearchVector:
    """Return the expression of some fields' words, for an index and for the searches that it serves."""
    return SearchVector(folded(*names), config="simple")


def words(text: str) -> list[str]:
    """Return the words of a search as the database has them, the first few."""
    plain = unicodedata.normalize("NFC", text).translate(_FOLD).lower()
    return WORD.findall(plain)[:WORDS_MAX]


def beginning(*each: str) -> SearchQuery:
    """Return the condition that every one of these words is there, or begins one that is."""
    return SearchQuery(" & ".join(f"{word}:*" for word in each), config="simple", search_type="raw")
