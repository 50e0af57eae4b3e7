"""The recipe of the models that come with rnnchat: ``python -m rnnchat.training.base_model --help``.

It reads the collections of the recipe for a language from the folder DATA, trains a network on them, and
writes the model to the folder TARGET with float16 weights. It trains with PyTorch where that is installed
(``pip install 'rnnchat[pretrain]'``) and finds a GPU. Elsewhere it trains with TensorFlow, which can use
several machines.

The same command resumes an interrupted training. With ``--further`` it starts from the model that ships now
and its tokenizer, so that the hours of several trainings add up.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from rnnchat.errors import RnnchatError
from rnnchat.library.models import Library
from rnnchat.storage.paths import Paths
from rnnchat.text.tokenizer import Tokenizer
from rnnchat.training.pretraining.engines import AUTO, TENSORFLOW, TORCH, Engine, choose_engine
from rnnchat.training.pretraining.prepare import prepare_recipe
from rnnchat.training.pretraining.shipped import write_shipped
from rnnchat.training.recipes import RECIPES, Recipe
from rnnchat.training.runs.events import Event
from rnnchat.training.runs.files import PREPARED
from rnnchat.training.runs.run import Run
from rnnchat.training.runs.settings import SCRATCH, RunSettings

RUN = "shipped"
"""The name of a run begins with this, before the model's; an interrupted training is found by it."""


def main() -> None:
    """Prepare, train and write a model that ships, or resume."""
    options = _parser().parse_args()
    recipe = RECIPES[options.language]
    name = f"{RUN} {recipe.model}"
    try:
        paths = Paths.from_environment()
        engine = choose_engine(options.engine)
        run = Run(paths.runs / name)
        if not (run.folder / PREPARED).is_file() or run.is_finished:
            run = Run.create(paths, _settings(options, name, recipe, engine))
            known = Tokenizer(Library(paths).load(recipe.model).tokenizer) if options.further else None
            prepare_recipe(run, recipe, options.data, share=options.share, tokenizer=known)
        engine.train(run, paths, _print)
        if run.is_finished:
            write_shipped(Library(paths), name, recipe, options.target, options.data, engine.hardware)
    except RnnchatError as error:
        sys.exit(f"{error.message} {error.hint}")
    except KeyboardInterrupt:
        sys.exit("Stopped. The same command goes on from here.")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path, help="the folder that holds the collections")
    parser.add_argument("target", type=Path, help="where to write the model, such as models/base")
    parser.add_argument("--language", choices=RECIPES, default="en", help="en (the default) or zh")
    parser.add_argument(
        "--engine",
        choices=(AUTO, TENSORFLOW, TORCH),
        default=AUTO,
        help="auto (the default) takes PyTorch where it finds a GPU, and TensorFlow elsewhere",
    )
    parser.add_argument("--minutes", type=float, help="the time of the training; 5 on a GPU, elsewhere 60")
    parser.add_argument("--steps", type=int, help="train this many steps, however long they take")
    parser.add_argument("--units", type=int, help="the size of the recurrent state")
    parser.add_argument("--learning-rate", type=float, default=3e-3)
    parser.add_argument("--further", action="store_true", help="start from the model that ships now")
    parser.add_argument("--share", type=float, default=1.0, help="the share of every collection to use")
    return parser


def _settings(options: argparse.Namespace, name: str, recipe: Recipe, engine: Engine) -> RunSettings:
    return RunSettings(
        name=name,
        paths=(str(options.data),),
        base=recipe.model if options.further else SCRATCH,
        is_personal=False,
        minutes=options.minutes or engine.minutes,
        steps=options.steps,
        embedding=None if options.further else recipe.embedding,
        units=None if options.further else options.units or recipe.units,
        batch=engine.batch,
        length=engine.length,
        learning_rate=options.learning_rate,
        weight_decay=0.01,
        dropout=recipe.dropout,
        weight_drop=0.0,
        checkpoint_seconds=60,
    )


def _print(event: Event) -> None:
    print(json.dumps(event, ensure_ascii=False), flush=True)


if __name__ == "__main__":
    main()
