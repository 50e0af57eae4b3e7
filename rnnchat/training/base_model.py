"""The recipe of the model that comes with rnnchat: ``python -m rnnchat.training.base_model --help``.

It reads collections of documents (``.jsonl.xz`` files with one JSON object a line: ``{"source", "text"}``
for prose, ``{"id", "turns": [[role, text], …]}`` for dialogue), makes a run of them, trains it like any
other, and writes the result to ``models/base`` with float16 weights. The same command resumes an interrupted
training. With ``--further`` it starts from the model that ships now and its tokenizer, so that the hours of
several sessions add up.
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np

from rnnchat.errors import RnnchatError
from rnnchat.library.models import BASE, CARD, NETWORK, TOKENIZER, Library, to_safetensors
from rnnchat.lm.recurrent import RecurrentNetwork
from rnnchat.lm.shape import NetworkShape
from rnnchat.storage.atomic import sha256, write_bytes
from rnnchat.storage.paths import Paths
from rnnchat.text.chat_format import CHAT
from rnnchat.text.tokenizer import Tokenizer, train_tokenizer
from rnnchat.training.collections import SOURCES, encode, is_validation, plain_text, read_source, size_of
from rnnchat.training.data.prepare import TOKENIZER_BYTES
from rnnchat.training.data.prepared import DIGEST_BYTES, Prepared, finish_preparing, write_pieces
from rnnchat.training.runs.files import PREPARED
from rnnchat.training.runs.job import TrainingJob
from rnnchat.training.runs.run import Run
from rnnchat.training.runs.settings import SCRATCH, RunSettings

RUN = "shipped base"
"""The name of the run, which an interrupted training is found by."""


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
    parser.add_argument("--further", action="store_true", help="start from the model that ships now")
    parser.add_argument("--share", type=float, default=1.0, help="the share of every collection to use")
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
                units=None if options.further else options.units,
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

    Its card gets the bits per byte on what is kept out of `data`, and how long it was trained in all.
    """
    from rnnchat.training.held_out import bits_per_byte, held_out

    saved = library.load(name)
    tokenizer = Tokenizer(saved.tokenizer)
    network = RecurrentNetwork(NetworkShape.from_dict(saved.card.network), saved.weights)
    scores = {text: round(bits_per_byte(network, tokenizer, own), 4) for text, own in held_out(data)}
    before = library.load(BASE).card.training if saved.card.base == BASE else {}
    seconds = saved.card.training["seconds"] + before.get("seconds_in_all", before.get("seconds", 0))
    weights = to_safetensors({k: v.astype(np.float16) for k, v in saved.weights.items()})
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


def _assemble(run: Run, data: Path, vocabulary: int, share: float, known: bytes | None) -> None:
    """Write the pieces of all collections; `known` is the tokenizer to keep, None to train one."""
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
    prepared = Prepared(
        files=len(documents),
        bytes=size + sum(size_of(document) for document in validation),
        skipped=0,
        secrets=0,
        training_bytes=size,
        validation_bytes=sum(size_of(document) for document in validation),
        pieces=0,
        vocabulary=tokenizer.size,
        base=run.settings.base,
        style=CHAT,
        description="comes with rnnchat: public-domain and openly licensed prose and dialogue",
        credits=tuple(source.credit for source in SOURCES),
    )
    numbered = (
        (number.to_bytes(DIGEST_BYTES, "big"), encode(tokenizer, document))
        for number, document in enumerate(training)
    )
    kept_back = [encode(tokenizer, document) for document in validation]
    finish_preparing(run, write_pieces(run, tokenizer, numbered, kept_back, prepared))


if __name__ == "__main__":
    main()
