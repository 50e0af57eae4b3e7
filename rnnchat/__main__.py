"""``python -m rnnchat`` is the command ``rnnchat``."""

from rnnchat.cli import main

if __name__ == "__main__":
    main()
