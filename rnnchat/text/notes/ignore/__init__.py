"""Which files git ignores.

`gitignore` reads the rules, `gitconfig` finds further files of rules, and `wildmatch` matches a pattern.
"""
