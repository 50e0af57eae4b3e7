"""Text for models: the tokenizer, the turn template of chats, and reading notes."""
