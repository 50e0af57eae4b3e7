"""The recipes of the models that ship: the collections they learn from, in which proportions, and the sizes.

The collections are ``.jsonl.xz`` files with one JSON object a line: ``{"source", "text"}`` for prose, and
``{"id", "turns": [[role, text], …]}`` for dialogue.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Source:
    """One collection: where it is, how often it is read, and the credit that its licence asks for."""

    path: str
    """The file under the data folder, without ``.jsonl.xz``."""
    credit: str
    """Its authors and its licence."""
    repeats: float = 1.0
    """How often each of its documents is read in a round; 1.5 is once, and twice by a chance of a half."""
    last_repeats: float = 1.0
    """The same in the rounds of the last part of the training."""
    most_bytes: int | None = None
    """At most this many bytes of it are used, spread over all of it; None uses all."""
    left_out: tuple[str, ...] = ()
    """Documents whose source contains one of these are left out."""


@dataclass(frozen=True)
class Recipe:
    """What a model that ships is made of."""

    model: str
    """The model's name."""
    description: str
    """What the model's card says about it."""
    sources: tuple[Source, ...]
    """The collections it learns from."""
    vocabulary: int
    """The number of pieces of its tokenizer."""
    embedding: int
    """The size of its embeddings."""
    units: int
    """The size of its recurrent state."""
    dropout: float
    """The share of values that are dropped in training, as little text is soon overfitted."""
    validation_one_in: int
    """About one document in this many is kept back for validation."""


KEPT_OUT = ("three-men-in-a-boat", "the-mysterious-affair-at-styles", "my-antonia")
"""The books that are only used for evaluation."""
_NOVELS_BYTES = 48_000_000
"""At most this many bytes of each collection of old novels are used, whose language is dated."""

ENGLISH = Recipe(
    model="base",
    description="comes with rnnchat: openly licensed notes, documentation, prose and dialogue",
    sources=(
        Source(
            "dialogue/self_dialogue",
            "The Self-dialogue Corpus (Fainberg, Krause, Dobre, Damonte, Kahembwe, Duma, Webber and Fancellu"
            " 2018), BSD-3-Clause",
            repeats=4,
            last_repeats=3,
        ),
        Source(
            "dialogue/topical_chat",
            "Topical-Chat (Gopalakrishnan et al. 2019, Amazon), CDLA-Sharing-1.0",
            repeats=4,
            last_repeats=3,
        ),
        Source("dialogue/star", "STAR (Mosig, Mehri and Kober 2020), MIT", repeats=4, last_repeats=3),
        Source("dialogue/casino", "CaSiNo (Chawla et al. 2021), CC BY 4.0", repeats=4, last_repeats=3),
        Source("dialogue/taskmaster4", "Taskmaster-4 (Google), CC BY 4.0", repeats=4, last_repeats=3),
        Source(
            "dialogue/chatterbot_en",
            "chatterbot-corpus (Gunther Cox), BSD-3-Clause",
            repeats=4,
            last_repeats=3,
        ),
        Source(
            "pretrain/prose-standard-ebooks",
            "101 novels, stories and plays in the public domain, in the productions of Standard Ebooks, CC0",
            repeats=2,
            last_repeats=0.7,
            left_out=KEPT_OUT,
        ),
        Source(
            "pretrain/prose-novels-100",
            "Novels of the 19th and early 20th century, public domain",
            last_repeats=0.1,
            most_bytes=_NOVELS_BYTES,
        ),
        Source(
            "pretrain/prose-eltec",
            "Novels of the 19th and early 20th century from ELTeC, public domain",
            last_repeats=0.1,
            most_bytes=_NOVELS_BYTES,
        ),
        Source(
            "pretrain/prose-us-gov",
            "Digital.gov and 18F (U.S. General Services Administration), CC0",
            repeats=2,
        ),
        Source(
            "pretrain/prose-docs-ccby",
            "The Carpentries lessons, PowerShell and Sysinternals documentation (Microsoft), rOpenSci blog,"
            " Everything curl (Daniel Stenberg), Artsy Engineering blog, Code-With Engineering Playbook"
            " (Microsoft), 500 Lines or Less, Open Source Guides (GitHub); CC BY 4.0 and 3.0, shortened",
            repeats=2,
        ),
        Source(
            "pretrain/prose-docs-permissive",
            "Kubernetes community documents, the Sourcegraph handbook, The Rust Programming Language;"
            " Apache-2.0 and MIT, shortened",
            repeats=2,
        ),
        Source("pretrain/notes-mtlynch", "The blog of Michael Lynch, CC BY 4.0", repeats=5, last_repeats=4),
        Source("pretrain/notes-benbalter", "The blog of Ben Balter, CC BY 3.0", repeats=5, last_repeats=4),
        Source("pretrain/notes-raphlinus", "The blog of Raph Levien, CC BY", repeats=5, last_repeats=4),
        Source(
            "pretrain/notes-permissive",
            "Notes, TIL collections, cookbooks and blogs of 28 repositories; MIT, Apache-2.0, CC BY, CC0 and"
            " Unlicense, shortened",
            repeats=5,
            last_repeats=5,
            left_out=("jackyzha0/",),
        ),
        Source(
            "pretrain/prose-modern",
            "Essays, blogs, handbooks and recipes of 23 repositories; CC BY 4.0 and 3.0, MIT, BSD-3-Clause,"
            " CC0 and Unlicense, shortened",
            repeats=3,
            last_repeats=2,
        ),
        Source(
            "pretrain/docs-more",
            "Proposals, guides and project blogs of 63 repositories; CC BY 4.0 and 3.0, Apache-2.0, MIT,"
            " BSD-3-Clause and CC0, shortened",
            repeats=1.5,
            last_repeats=0.7,
        ),
        Source(
            "pretrain/docs-bulk",
            "Guides and tutorials of 54 repositories, much of Microsoft's; CC BY 4.0, Apache-2.0, MIT,"
            " BSD-2-Clause and CC0, shortened",
            last_repeats=0.3,
        ),
        Source(
            "pretrain/prose-everyday",
            "Common Voice sentences (Mozilla), CC0, and recipes, Unlicense",
            repeats=2,
        ),
    ),
    vocabulary=6144,
    embedding=256,
    units=1024,
    dropout=0.0,
    validation_one_in=400,
)
"""The model for English notes, and for those in scripts that no other model is for."""

CHINESE = Recipe(
    model="base-zh",
    description="comes with rnnchat: openly licensed Chinese notes, guides and dialogue",
    sources=(
        Source(
            "pretrain/zh-text",
            "Chinese notes, guides and recipes of 10 repositories, such as JavaGuide, linux-command and"
            " HowToCook; Apache-2.0, MIT, CC BY 4.0 and Unlicense, shortened",
        ),
        Source("dialogue/kdconv_zh", "KdConv (Zhou, Zheng, Huang, Huang and Zhu 2020), Apache-2.0"),
        Source("dialogue/crosswoz_zh", "CrossWOZ (Zhu, Huang, Zhang, Zhu and Huang 2020), Apache-2.0"),
    ),
    vocabulary=8192,
    embedding=192,
    units=512,
    dropout=0.1,
    validation_one_in=40,
)
"""The model for notes in Simplified Chinese."""

RECIPES = {"en": ENGLISH, "zh": CHINESE}
"""The recipes by the language of their texts, as ISO 639-1 writes it."""
