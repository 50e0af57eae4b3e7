"""Text on its way in and out: the tokenizer, the chat template, and notes."""
