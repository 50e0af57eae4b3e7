"""What a network learns from: prepared pieces on disk, and batches of them."""
