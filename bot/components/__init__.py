"""What Rasa trains: the meaning of a sentence, and the label it gets."""
