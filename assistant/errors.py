"""What can go wrong, and what to do about it.

AssistantError
  UserError           the reader or operator can fix it: exit code 2, HTTP 4xx
    SettingsError     an environment variable or a setting is wrong
    CorpusError       an article folder is wrong; names file and line
    QuestionError     the question or the history cannot be used
  FaultError          ours or a machine's: exit code 3, HTTP 5xx
    StoreError        the index cannot be read or written; whoever runs the command can fix that: exit code 2
    EmbeddingsError   the embedded model is missing, changed or broken
    AnswererError     the chat model failed; the pipeline answers extractively

Every message says what happened and then what to do; `retryable` says whether the same call may succeed later.
"""

from typing import ClassVar


class AssistantError(Exception):
    """Root of all errors that this package raises on purpose; `str(error)` is fit for a reader."""

    exit_code: ClassVar[int] = 3
    http_status: ClassVar[int] = 500
    retryable: ClassVar[bool] = False


class UserError(AssistantError):
    """Something that the person at the keyboard can put right."""

    exit_code = 2
    http_status = 400


class SettingsError(UserError):
    """A setting has a value that cannot be used."""


class CorpusError(UserError):
    """An article folder is wrong.

    `problems` are lines of the form `path:line: what is wrong; how to put it right`.
    """

    http_status = 404

    def __init__(self, message: str, problems: tuple[str, ...] = ()) -> None:
        super().__init__("\n".join((message, *problems)))
        self.problems = problems


class QuestionError(UserError):
    """A question or its history is empty, too long or not text."""

    http_status = 422


class FaultError(AssistantError):
    """Something that is not the reader's to put right."""


class StoreError(FaultError):
    """The index cannot be read or written; what was stored before is untouched.

    A reader of the page can do nothing about it. At the command line it is a permission, a full disk, a setting or a
    folder to delete, and the message names which.
    """

    exit_code = 2
    retryable = True


class EmbeddingsError(FaultError):
    """The embedding model cannot be used."""


class AnswererError(FaultError):
    """The chat model failed in a way that was foreseen: timeout, refusal, quota, nonsense.

    The message is for a reader; `fix` tells whoever runs the assistant what to do.
    """

    retryable = True

    def __init__(self, message: str, fix: str = "") -> None:
        super().__init__(message)
        self.fix = fix
