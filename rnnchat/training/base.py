"""The recipe of the model that comes with rnnchat: ``python -m rnnchat.training.base --help``.

It reads collections of documents (``.jsonl.xz`` files with a JSON object a line: ``{"source", "text"}``
for prose, ``{"id", "turns": [[role, text], …]}`` for dialogue), makes a run of them, trains it like any
other, and writes the result to ``models/base`` with float16 weights. An interrupted training goes on when
the same command is given again. With ``--further`` it begins with the model that ships now and its tokenizer,
so that the hours of several sessions add up.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import lzma
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from rnnchat.errors import RnnchatError
from rnnchat.library.atomic import sha256, write_bytes
from rnnchat.library.models import BASE, CARD, NETWORK, TOKENIZER, Library, write_weights
from rnnchat.library.paths import Paths
from rnnchat.lm.recurrent import NetworkShape, RecurrentNetwork
from rnnchat.notes.clean import clean
from rnnchat.notes.deduplicate import Deduplicator
from rnnchat.notes.secrets import screen
from rnnchat.tokenizer import Tokenizer, train_tokenizer
from rnnchat.training.job import TrainingJob
from rnnchat.training.prepare import Prepared, as_document, write_prepared
from rnnchat.training.run import PREPARED, SCRATCH, Run, RunSettings

RUN = "shipped base"
DOCUMENT_BYTES = 100_000
"""Books are cut into documents of about this size, so that every epoch mixes them anew."""


@dataclass(frozen=True)
class Source:
    """One collection: where it lies, how much of it is used, and what its licence asks to be said."""

    path: str
    bytes: int
    """How many bytes of it are used at most, spread over the whole."""
    credit: str


SOURCES = (
    Source(
        "dialogue/self_dialogue",
        24_000_000,
        "The Self-dialogue Corpus (Fainberg, Krause, Dobre, Damonte, Kahembwe, Duma, Webber and Fancellu"
        " 2018), BSD-3-Clause",
    ),
    Source(
        "dialogue/topical_chat",
        6_000_000,
        "Topical-Chat (Gopalakrishnan et al. 2019, Amazon), CDLA-Sharing-1.0",
    ),
    Source("dialogue/star", 3_000_000, "STAR (Mosig, Mehri and Kober 2020), MIT"),
    Source("dialogue/casino", 2_000_000, "CaSiNo (Chawla et al. 2021), CC BY 4.0"),
    Source("dialogue/taskmaster4", 2_000_000, "Taskmaster-4 (Google), CC BY 4.0"),
    Source("dialogue/chatterbot_en", 1_000_000, "chatterbot-corpus (Gunther Cox), BSD-3-Clause"),
    Source(
        "pretrain/prose-standard-ebooks",
        24_000_000,
        "97 novels, stories and plays in the public domain, in the productions of Standard Ebooks, CC0",
    ),
    Source(
        "pretrain/prose-openstax",
        12_000_000,
        "OpenStax textbooks (Rice University, openstax.org), CC BY 4.0, shortened: American Government,"
        " Anatomy & Physiology, Astronomy, Business Ethics, Chemistry, College Physics, College Success,"
        " Contemporary Mathematics, Entrepreneurship, Anthropology, Business, Intellectual Property,"
        " Philosophy, Political Science, Python Programming, Sociology, Introductory Statistics, Life,"
        " Liberty and the Pursuit of Happiness, Microbiology, Physics, Economics, Finance, Marketing,"
        " Psychology, Statistics, University Physics, U.S. History, Workplace Software, World History,"
        " Writing Guide",
    ),
    Source(
        "pretrain/prose-us-gov", 6_000_000, "Digital.gov and 18F (U.S. General Services Administration), CC0"
    ),
    Source(
        "pretrain/prose-docs-ccby",
        20_000_000,
        "The Carpentries lessons, PowerShell and Sysinternals documentation (Microsoft), rOpenSci blog,"
        " Everything curl (Daniel Stenberg), Artsy Engineering blog, Code-With Engineering Playbook"
        " (Microsoft), 500 Lines or Less, Open Source Guides (GitHub); CC BY 4.0 and 3.0, shortened",
    ),
    Source(
        "pretrain/prose-docs-permissive",
        14_000_000,
        "Kubernetes community documents, the Sourcegraph handbook, The Rust Programming Language; Apache-2.0"
        " and MIT, shortened",
    ),
    Source("pretrain/notes-mtlynch", 4_000_000, "The blog of Michael Lynch, CC BY 4.0"),
    Source("pretrain/notes-benbalter", 2_000_000, "The blog of Ben Balter, CC BY 3.0"),
    Source("pretrain/notes-raphlinus", 1_000_000, "The blog of Raph Levien, CC BY"),
)

KEPT_OUT = ("three-men-in-a-boat", "the-mysterious-affair-at-styles", "my-antonia")
"""Books that are only ever measured with."""

VALIDATION_ONE_IN = 400
TOKENIZER_BYTES = 12_000_000

Document = str | list[tuple[str, str]]


def main() -> None:
    """Assemble, train and write the shipped model."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path, help="the folder that holds the collections")
    parser.add_argument("target", type=Path, help="where to write the model, such as models/base")
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--vocabulary", type=int, default=6144)
    parser.add_argument("--units", type=int, default=768)
    parser.add_argument("--learning-rate", type=float, default=3e-3)
    parser.add_argument("--further", action="store_true", help="begin with the model that ships now")
    parser.add_argument("--share", type=float, default=1.0, help="how much of every source to use")
    options = parser.parse_args()
    try:
        paths = Paths.from_environment()
        run = Run(paths.runs / RUN)
        if not (run.folder / PREPARED).is_file() or run.is_finished:
            settings = RunSettings(
                name=RUN,
                paths=(str(options.data),),
                base=BASE if options.further else SCRATCH,
                is_personal=False,
                minutes=options.minutes,
                units=0 if options.further else options.units,
                learning_rate=options.learning_rate,
                weight_decay=0.01,
                dropout=0.0,
                weight_drop=0.0,
                checkpoint_seconds=60,
            )
            run = Run.create(paths, settings)
            known = Library(paths).load(BASE).tokenizer if options.further else None
            _assemble(run, options.data, options.vocabulary, options.share, known)
        for event in TrainingJob(run).events():
            print(json.dumps(event, ensure_ascii=False), flush=True)
        if run.is_finished:
            write_shipped(Library(paths), RUN, options.target, options.data)
    except RnnchatError as error:
        sys.exit(f"{error.message} {error.hint}")


def write_shipped(library: Library, name: str, target: Path, data: Path) -> None:
    """Write the saved model called `name` to the folder `target` with float16 weights.

    Its card gets how well it tells what was kept out of `data`, and how long it was trained in all.
    """
    from rnnchat.training.held_out import bits_per_byte, held_out

    saved = library.load(name)
    tokenizer = Tokenizer(saved.tokenizer)
    network = RecurrentNetwork(NetworkShape.from_dict(saved.card.network), saved.weights)
    scores = {text: round(bits_per_byte(network, tokenizer, own), 4) for text, own in held_out(data)}
    before = library.load(BASE).card.training if saved.card.base == BASE else {}
    seconds = saved.card.training["seconds"] + before.get("seconds_in_all", before.get("seconds", 0))
    weights = write_weights({k: v.astype(np.float16) for k, v in saved.weights.items()})
    card = replace(
        saved.card,
        name=BASE,
        base="",
        scores={**saved.card.scores, "held_out": scores},
        training={**saved.card.training, "seconds_in_all": seconds},
        files={NETWORK: sha256(weights), TOKENIZER: sha256(saved.tokenizer)},
        learned_from={**saved.card.learned_from, "texts": [source.credit for source in SOURCES]},
    )
    for file, content in ((NETWORK, weights), (TOKENIZER, saved.tokenizer), (CARD, card.to_json())):
        write_bytes(target / file, content)
        (target / file).chmod(0o644)


def read_source(data: Path, source: Source, share: float) -> Iterator[Document]:
    """Yield the cleaned documents of a source, spread over it, up to its share of bytes."""
    file = data / f"{source.path}.jsonl.xz"
    wanted = source.bytes * share
    every = max(1.0, _unpacked(file) / wanted)
    size = 0
    copies = Deduplicator()
    due = 0.0
    for number, document in enumerate(documents_in(file)):
        if number < due:
            continue
        due += every
        length = len(document) if isinstance(document, str) else sum(len(text) for _, text in document)
        if isinstance(document, str) and not copies.without_copies(document).strip():
            continue
        size += length
        if size > wanted:
            return
        yield document


def encode(tokenizer: Tokenizer, document: Document) -> list[int]:
    """Return the pieces of a document, with roles where it is a dialogue."""
    if isinstance(document, str):
        return as_document(tokenizer, tokenizer.encode(document))
    roles = tokenizer.roles
    pieces = [roles.start]
    for role, text in document:
        pieces += [roles.user if role == "user" else roles.model, *tokenizer.encode(text), roles.end]
    return pieces


def _assemble(run: Run, data: Path, vocabulary: int, share: float, known: bytes | None) -> None:
    """Write the pieces of all sources; `known` is the tokenizer to keep, else one is trained."""
    documents = [doc for source in SOURCES for doc in read_source(data, source, share)]
    validation = [doc for doc in documents if is_validation(doc)]
    training = [doc for doc in documents if not is_validation(doc)]
    size = sum(size_of(document) for document in training)
    every = max(1, size // TOKENIZER_BYTES)
    tokenizer = (
        Tokenizer(known)
        if known is not None
        else train_tokenizer((plain_text(document) for document in training[::every]), vocabulary)
    )
    counted = Prepared(
        files=len(documents),
        bytes=size + sum(size_of(document) for document in validation),
        skipped=0,
        secrets=0,
        training_bytes=size,
        validation_bytes=sum(size_of(document) for document in validation),
        pieces=0,
        vocabulary=tokenizer.size,
        base=run.settings.base,
        style="chat",
        description="comes with rnnchat: public-domain and openly licensed prose and dialogue",
        texts=tuple(source.credit for source in SOURCES),
    )
    write_prepared(
        run,
        tokenizer,
        [encode(tokenizer, document) for document in training],
        [encode(tokenizer, document) for document in validation],
        counted,
    )


def documents_in(file: Path) -> Iterator[Document]:
    """Yield the documents of a collection, cleaned, but for the books that are kept out."""
    with lzma.open(file, "rt", encoding="utf-8") as lines:
        for line in lines:
            record = json.loads(line)
            if "turns" in record:
                dialogue = _dialogue(record["turns"])
                if len(dialogue) > 1:
                    yield dialogue
            elif not any(name in record["source"] for name in KEPT_OUT):
                yield from _cut(clean(screen(record["text"]).text))


def _dialogue(turns: list[list[str]]) -> list[tuple[str, str]]:
    """Return turns in which user and model take it in turn; the first to speak is the user."""
    merged: list[tuple[str, str]] = []
    first = turns[0][0] if turns else ""
    for speaker, said in turns:
        role = "user" if speaker == first else "model"
        text = clean(said).strip()
        if merged and merged[-1][0] == role:
            merged[-1] = (role, f"{merged[-1][1]}\n{text}".strip())
        elif text:
            merged.append((role, text))
    return merged


def _cut(text: str) -> Iterator[str]:
    """Yield a text in parts of about DOCUMENT_BYTES, cut between paragraphs."""
    while len(text) > DOCUMENT_BYTES * 1.5:
        place = text.find("\n", DOCUMENT_BYTES) + 1 or len(text)
        yield text[:place]
        text = text[place:]
    if text.strip():
        yield text


def plain_text(document: Document) -> str:
    """Return what was written or said, without who said it."""
    return document if isinstance(document, str) else "\n".join(text for _, text in document)


def size_of(document: Document) -> int:
    """Return the bytes of a document's text."""
    if isinstance(document, str):
        return len(document.encode())
    return sum(len(text.encode()) for _, text in document)


def is_validation(document: Document) -> bool:
    """Whether a document is kept back to measure with."""
    digest = hashlib.sha256(plain_text(document).encode()).digest()
    return int.from_bytes(digest[:4], "big") % VALIDATION_ONE_IN == 0


def _unpacked(file: Path) -> int:
    """Return the characters of all documents in a collection."""
    return sum(len(plain_text(document)) for document in documents_in(file))


if __name__ == "__main__":
    main()
