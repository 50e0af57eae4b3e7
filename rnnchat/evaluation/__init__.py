"""How well a model predicts: bits per byte, keystrokes saved, and whether a text was learned from."""
