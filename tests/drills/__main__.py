"""`make drill`: the long form of every drill, and of every other test that has one."""

import os
import sys

import pytest

if __name__ == "__main__":
    os.environ["LAMINA_DRILL"] = "long"
    sys.exit(pytest.main(["-m", "drill or long", "-v", *sys.argv[1:]]))
