"""``python -m hwgen``."""

import sys

from hwgen.cli import main

__all__: list[str] = []

if __name__ == "__main__":
    sys.exit(main())
