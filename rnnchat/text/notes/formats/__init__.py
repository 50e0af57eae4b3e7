"""The rules that `clean` applies to a note: they find front matter, embedded data and markup.

`front_matter` finds the block of properties at the head of a note, `embedded_data` pictures and other encoded
data. `markup` runs the rest: `program_metadata` (properties and identifiers that note-taking programs write),
`links` and `html_tags`. `code_regions` finds code and formulas, in which no markup is removed.
"""
