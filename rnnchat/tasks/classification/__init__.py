"""Classification: a label for a text, learned from examples."""
