"""rnnchat: a private language model of your own notes, in your terminal."""

__version__ = "0.1.0"
