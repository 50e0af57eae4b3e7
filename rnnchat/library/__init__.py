"""What is kept: atomic files, saved models, chats, settings and where they lie."""
