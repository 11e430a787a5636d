"""What an operator may set, by environment variable: `ASSISTANT_…`, and the names that OpenAI and Chroma have."""

from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from assistant.errors import SettingsError

_ROOT = Path(__file__).resolve().parent.parent


class Settings(BaseSettings):
    """Read once, when an `Assistant` is opened."""

    model_config = SettingsConfigDict(
        env_prefix="ASSISTANT_", frozen=True, extra="ignore", use_attribute_docstrings=True, populate_by_name=True
    )

    corpus_dir: Path = _ROOT / "corpus"
    """Folder whose folders are the articles."""
    data_dir: Path = _ROOT / ".assistant"
    """Where indexes, feedback, budgets and caches are kept; can be deleted and is then built again."""
    article: str = "sanctuary-cities"
    """The article that doors open when none is named."""
    answerer: Literal["auto", "extractive", "model"] = "auto"
    """`auto`: the model where a key or a base URL is set, else quotations only."""
    model: str = "gpt-4.1-mini"
    """Name of the chat model, as the endpoint knows it."""
    embeddings: str = "minilm"
    """`minilm` is the embedded model; any `provider:model` that LangChain knows replaces it."""
    threshold: float | None = Field(None, ge=0.0, le=1.0)
    """Least probability at which an answer is shown; the fitted one when not set."""
    max_question_chars: int = Field(2_000, ge=1)
    deadline_seconds: float = Field(30.0, gt=0)
    """Longest that a model may take over one question; after that the answer quotes."""
    model_timeout_seconds: float = Field(20.0, gt=0)
    """Longest silence of the model's endpoint."""
    daily_budget_usd: float | None = Field(None, ge=0)
    """Most that the model may cost in a day (UTC); no limit when not set."""
    prices: Path | None = None
    """A file of prices in place of the shipped one."""
    log: str | None = None
    """File for one line of JSON about each answer, or `-` for standard error; none when not set."""
    log_questions: bool = False
    """Whether those lines hold the question itself, and not only its hash."""
    chroma_url: str | None = Field(None, validation_alias="CHROMA_URL")
    """A Chroma server in place of the local folder."""
    embed_origins: str = Field("", validation_alias="EMBED_ORIGINS")
    """Origins of the pages that may embed widget and app, with commas between: `https://news.example`."""
    rate_limit: str = "60/minute"
    """Questions and ratings that one client may send."""
    redis_url: str | None = Field(None, validation_alias="REDIS_URL")
    """Where several API processes count together; each counts alone when not set."""
    openai_api_key: SecretStr | None = Field(None, validation_alias="OPENAI_API_KEY")
    openai_base_url: str | None = Field(None, validation_alias="OPENAI_BASE_URL")

    @property
    def model_configured(self) -> bool:
        return bool(self.openai_base_url or (self.openai_api_key and self.openai_api_key.get_secret_value()))


def load_settings(**overrides: object) -> Settings:
    """Settings from the environment, overridden by name.

    Raises SettingsError that names each variable that cannot be used.
    """
    try:
        return Settings(**overrides)  # type: ignore[arg-type]  # names and values are checked by pydantic
    except ValidationError as error:
        lines = []
        for problem in error.errors(include_input=False, include_url=False):
            field = str(problem["loc"][0]) if problem["loc"] else "settings"
            variable = field if field.isupper() else f"ASSISTANT_{field.upper()}"
            lines.append(f"{variable}: {problem['msg']}")
        raise SettingsError("A setting cannot be used. Put it right or unset it.\n" + "\n".join(lines)) from error
