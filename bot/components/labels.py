"""Classifier: the label of a message, in the form that Rasa's retrieval actions read."""

from typing import Any, Dict, List, Optional, Text, Type

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.nlu.featurizers.featurizer import Featurizer
from rasa.shared.nlu.constants import INTENT, INTENT_RESPONSE_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot import textfeatures
from bot.components import linear
from bot.components.parses import UNSURE, parsed

MODEL_FILE = "labels.npz"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class LabelClassifier(IntentClassifier, GraphComponent):
    """Logistic regression over the meaning and the words, with honest confidences."""

    @classmethod
    def required_components(cls) -> List[Type[Any]]:
        """Return what must come before in the pipeline."""
        return [Featurizer]

    @staticmethod
    def get_default_config() -> Dict[Text, Any]:
        """Return the settings: below `threshold` the assistant says it did not understand."""
        return {
            "threshold": 0.35,
            "buckets": 2**14,
            "ranking_length": 10,
            "textfeatures": textfeatures.VERSION,
        }

    def __init__(
        self,
        config: Dict[Text, Any],
        storage: ModelStorage,
        resource: Resource,
        model: Optional[linear.LinearModel] = None,
    ) -> None:
        self._config = config
        self._storage = storage
        self._resource = resource
        self._model = model

    @classmethod
    def create(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "LabelClassifier":
        """Make an untrained one."""
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> "LabelClassifier":
        """Make a trained one."""
        with model_storage.read_from(resource) as folder:
            return cls(
                config, model_storage, resource, linear.LinearModel.load(folder / MODEL_FILE)
            )

    def train(self, training_data: TrainingData) -> Resource:
        """Train on all labelled sentences and keep the weights."""
        examples = training_data.intent_examples
        vectors = np.vstack([_vector(example) for example in examples])
        texts = [example.get(TEXT) for example in examples]
        labels = [example.get(INTENT_RESPONSE_KEY) or example.get(INTENT) for example in examples]
        self._model = linear.fit(vectors, texts, labels, self._config["buckets"])
        with self._storage.write_to(self._resource) as folder:
            self._model.save(folder / MODEL_FILE)
        return self._resource

    def process(self, messages: List[Message]) -> List[Message]:
        """Give every message its label."""
        for message in messages:
            if self._model is not None and message.get(TEXT) is not None:
                self._label(message, self._model)
        return messages

    def _label(self, message: Message, model: linear.LinearModel) -> None:
        chances = model.probabilities(_vector(message)[0], message.get(TEXT))
        best = np.argsort(-chances)[: self._config["ranking_length"]]
        ranking = [{"name": model.labels[i], "confidence": float(chances[i])} for i in best]
        found = ranking[0]
        sure = float(chances[best[0]]) >= self._config["threshold"]
        name = str(found["name"]) if sure else UNSURE
        outcome = parsed(name, float(chances[best[0]]))
        for key, value in {**outcome, "intent_ranking": ranking}.items():
            message.set(key, value, add_to_output=True)


def _vector(message: Message) -> linear.Floats:
    _, sentence = message.get_dense_features(TEXT)
    return np.asarray(sentence.features, dtype=np.float32)
