"""A classifier is a model like others in the library, but no language model."""

from __future__ import annotations

import json

import pytest

from rnnchat.checking import check_model
from rnnchat.errors import ModelError
from rnnchat.library.card import CLASSIFIER, NETWORK, TOKENIZER, Card
from rnnchat.library.describe import describe_card, describe_entry
from rnnchat.library.models import Library, to_safetensors
from rnnchat.lm.recurrent import RecurrentNetwork
from rnnchat.lm.shape import NetworkShape
from rnnchat.loading import load_classifier, load_model
from rnnchat.tasks.base import CLASSIFY, LANGUAGE_MODEL, card_section
from rnnchat.tasks.classification import training
from rnnchat.tasks.classification.encoder import StateEncoder
from rnnchat.tasks.classification.training import TrainedClassifier, train_classifier
from rnnchat.text.tokenizer import Tokenizer
from tests.helpers.models import publish_tiny, random_weights
from tests.unit.tasks.helpers import topic_examples, topic_texts


@pytest.fixture(scope="module")
def trained() -> TrainedClassifier:
    return train_classifier(topic_examples(6))


def publish(library: Library, trained: TrainedClassifier, name: str = "topics", **more: object) -> Card:
    files = {CLASSIFIER: to_safetensors(trained.classifier.to_tensors())}
    card = Card(
        name=name,
        created="2026-01-02T03:04:05+00:00",
        network={},
        files={},
        learned_from={"files": 30, "bytes": 900},
        **card_section(trained.classifier.task, trained.metrics.as_dict()),
    )
    return library.publish_files(card, files)[0]


def test_it_is_saved_listed_checked_and_loaded(library: Library, trained: TrainedClassifier) -> None:
    publish(library, trained)
    entry = library.find("topics")
    assert describe_entry(entry)["summary"] == "30 examples of 5 labels, 900 B"
    described = dict(describe_card(entry))
    assert described["labels"] == "bicycle, garden, kitchen, money, music"
    assert "macro-F1" in described["accuracy"]
    assert check_model(library, entry) == []
    again = load_classifier(library, "topics")
    texts, labels = topic_texts(2, seed=5)
    assert [one.labels[0].name for one in again.predict(texts)] == labels
    library.rename("topics", "subjects")
    library.copy("subjects", "others")
    assert library.find("others").card.task == CLASSIFY  # type: ignore[union-attr]
    library.delete("others")
    publish(library, trained, "subjects")
    assert library.roll_back("subjects") == 3


def test_what_needs_a_language_model_refuses_it(
    library: Library, trained: TrainedClassifier, tokenizer: Tokenizer, tiny_shape: NetworkShape
) -> None:
    publish(library, trained)
    publish_tiny(library, "tiny", tokenizer, tiny_shape)
    with pytest.raises(ModelError, match="labels texts"):
        load_model(library, "topics")
    with pytest.raises(ModelError, match="predicts text"):
        load_classifier(library, "tiny")
    with pytest.raises(ModelError, match="another task"):
        publish(library, trained, "tiny")
    with pytest.raises(ModelError, match="another task"):
        publish_tiny(library, "topics", tokenizer, tiny_shape)
    with pytest.raises(ModelError, match="another task"):
        library.check_name("topics")
    assert library.check_name("topics", CLASSIFY) == "topics"


def test_damage_is_found(library: Library, trained: TrainedClassifier) -> None:
    publish(library, trained)
    version = library.version_folders(library.find("topics"))[-1]
    file = version / CLASSIFIER
    data = file.read_bytes()
    file.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    assert "has changed" in check_model(library, library.find("topics"))[0]
    file.unlink()
    assert "missing" in library.find("topics").problem


@pytest.mark.parametrize(
    ("field", "value"),
    [("task", "dance"), ("labels", ["a", "a"]), ("labels", ["x\n"]), ("labels", "ab"), ("labels", [""])],
)
def test_a_card_with_a_wrong_task_or_labels_is_damaged(
    library: Library, trained: TrainedClassifier, field: str, value: object
) -> None:
    card = json.loads(publish(library, trained).to_json())
    assert Card.from_json(json.dumps(card).encode()).labels
    with pytest.raises(ModelError, match="damaged"):
        Card.from_json(json.dumps({**card, field: value}).encode())


def test_a_network_that_reads_the_texts_is_saved_with_it(
    library: Library, tokenizer: Tokenizer, tiny_shape: NetworkShape, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(training, "STATE_SHARES", (0.5,))  # whether it helps or not
    weights = random_weights(tiny_shape)
    encoder = StateEncoder(RecurrentNetwork(tiny_shape, weights), tokenizer)
    examples = topic_examples(4)
    trained = train_classifier(examples, encoder)
    states = encoder.encode(list(examples.texts[:3]))
    for text, mean in zip(examples.texts, states, strict=False):
        state, total = encoder.network.start(), 0
        pieces = [tokenizer.roles.start, *tokenizer.encode(text)]
        for piece in pieces:
            state = encoder.network.advance(piece, state)
            total = total + encoder.network.top(state)
        assert abs(total / len(pieces) - mean).max() < 1e-5
    files = {CLASSIFIER: to_safetensors(trained.classifier.to_tensors())}
    section = card_section(trained.classifier.task, trained.metrics.as_dict())
    assert trained.classifier.encoder is encoder
    files |= {NETWORK: to_safetensors(weights), TOKENIZER: tokenizer.model}
    card = Card("read", "2026-01-02T03:04:05+00:00", tiny_shape.as_dict(), {}, **section)
    library.publish_files(card, files)
    assert check_model(library, library.find("read")) == []
    assert load_classifier(library, "read").predict(["knead the dough"])[0].labels[0].name == "kitchen"


def test_cards_of_before_there_were_tasks_are_of_language_models(library: Library) -> None:
    card = library.find("base").card
    assert card is not None
    assert (card.task, list(card.labels), card.is_language_model) == (LANGUAGE_MODEL, [], True)
