"""`python -m vestige`, and where the installed command begins."""

import sys

from vestige.cli import main

if __name__ == "__main__":
    sys.exit(main())
