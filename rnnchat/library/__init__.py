"""What rnnchat saves: models, chats, drafts and settings."""
