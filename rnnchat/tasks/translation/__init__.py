"""Translation of phrases: from a memory of pairs of sentences, and by a network that learned from them."""
