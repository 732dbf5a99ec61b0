import pytest

from pdfcache import registry
from pdfcache.errors import UnknownKind


def test_registered_type_is_found_by_kind(desk_of):
    letter, parcel = desk_of("letter"), desk_of("parcel")
    assert registry.get("letter") is letter.type
    assert registry.kinds() == ["letter", "parcel"]
    assert registry.get("parcel") is parcel.type


def test_kind_registered_twice_is_refused(desk_of):
    first = desk_of("letter")
    with pytest.raises(ValueError, match="twice"):
        desk_of("letter")
    assert registry.get("letter") is first.type


def test_unknown_kind_names_the_known_ones(desk_of):
    desk_of("letter")
    with pytest.raises(UnknownKind, match=r"postcard.*letter"):
        registry.get("postcard")
