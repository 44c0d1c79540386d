"""Words in, words out: people, their conversations and messages, and the channels they use."""

from channels.base import BadWebhook, Channel, Inbound, SendError

__all__ = ["BadWebhook", "Channel", "Inbound", "SendError", "get", "register"]

_channels: dict[str, Channel] = {}


def register(channel: Channel) -> None:
    """Make a channel known; app.py does this for each that is configured."""
    _channels[channel.name] = channel


def get(name: str) -> Channel:
    """The channel called name. Raises KeyError when it is not configured."""
    return _channels[name]
