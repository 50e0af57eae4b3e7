"""One screen a file: a screen wires, it does not compute."""
