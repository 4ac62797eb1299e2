"""`python -m mesh_platform.cli`: `mesh`, where the script of that name is not on the path."""

import sys

from mesh_platform.cli.entry import main

if __name__ == "__main__":
    sys.exit(main())
