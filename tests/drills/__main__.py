"""`make drill`: the long form of every drill."""

import os
import sys

import pytest

if __name__ == "__main__":
    os.environ["LAMINA_DRILL"] = "long"
    sys.exit(pytest.main(["tests/drills", "-v", *sys.argv[1:]]))
