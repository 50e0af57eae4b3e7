"""Which files git ignores, and which are therefore not learned."""
