"""The command line. Standard output carries the result and nothing else; notices and progress go to standard error.

Exit codes: 0 done (an abstention is done), 2 the user can fix it, 3 the fault is ours, 130 interrupted, 141 unread.
"""

import argparse
import io
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, NoReturn, TypeVar

# Only what `--help` needs is imported here; each command imports the rest when it runs.
from assistant.errors import AssistantError, CorpusError, FaultError, QuestionError, SettingsError

if TYPE_CHECKING:
    from assistant.pipeline import Assistant
    from assistant.schema import Article
    from assistant.settings import Settings

T = TypeVar("T")

OK, INTERRUPTED, UNREAD = 0, 130, 141
MAX_FILE_BYTES = 5_000_000
"""Largest history file, in bytes."""
OPEN_ARTICLES = 16
"""Articles that a batch keeps open at once."""

EXAMPLES = """\
examples:
  python -m assistant ask "Which cities got letters?"
  python -m assistant ask "Who sent it?" --article ./my-article --json
  python -m assistant ask --batch questions.jsonl --json > answers.jsonl
  python -m assistant add my-article https://example.org/report
  python -m assistant serve
  python -m assistant doctor

exit codes: 0 done, also when the documents do not answer; 2 you can fix it, the message says how; 3 the fault is ours
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A character that the terminal's encoding lacks must not cost the answer.
            stream.reconfigure(errors="backslashreplace")
    args = _parser().parse_args(argv)
    command: Callable[[argparse.Namespace], int] = args.run
    try:
        result = _guarded(partial(command, args))
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        from assistant.cli.terminal import forget_output

        forget_output()
        return UNREAD
    if isinstance(result, AssistantError):
        _say(str(result))
        return result.exit_code
    return result


def _guarded(call: Callable[[], T]) -> T | AssistantError:
    """The result of a call, or its error as one that is fit to be shown; the one place that catches everything."""
    try:
        return call()
    except AssistantError as error:
        return error
    except BrokenPipeError:
        raise
    except Exception as error:
        if os.environ.get("ASSISTANT_DEBUG") == "1":
            raise
        what = " ".join(f"{type(error).__name__}: {error}".split())[:200]
        return FaultError(f"Internal error ({what}). Please report it; ASSISTANT_DEBUG=1 shows where it happened.")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m assistant",
        description="Ask one news article and its sources. Every sentence of an answer is cited, every citation exact.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")

    ask = commands.add_parser("ask", help="answer a question, or a file of them")
    ask.add_argument("question", nargs="*", metavar="QUESTION", help="the question, best in quotes")
    ask.add_argument("--article", metavar="NAME_OR_PATH", help="an article of the corpus, or any folder of that shape")
    ask.add_argument("--history", metavar="FILE.json", type=Path, help='the conversation so far: [{"role", "text"}]')
    ask.add_argument("--batch", metavar="FILE.jsonl", help='one {"id", "question", "history"} a line; - for the input')
    ask.add_argument("--json", action="store_true", help="write the whole answer as JSON")
    ask.add_argument("--answerer", choices=("auto", "extractive", "model"), help="quote, or let a model word it")
    ask.set_defaults(run=_ask, parser=ask)

    index = commands.add_parser("index", help="bring the index up to date")
    index.add_argument("articles", nargs="*", metavar="ARTICLE", help="by default all of the corpus")
    index.add_argument(
        "--reread", action="store_true", help="read the texts anew, also when no file has changed: after an update"
    )
    index.set_defaults(run=_index)

    add = commands.add_parser("add", help="add sources to an article: HTML, PDF, Markdown, text")
    add.add_argument("article", metavar="ARTICLE")
    add.add_argument("sources", nargs="+", metavar="URL_OR_FILE")
    add.add_argument("--replace", action="store_true", help="replace a source that has the same id")
    add.add_argument("--allow-private", action="store_true", help="also fetch from addresses of your own network")
    fields = add.add_argument_group("what the document itself does not say")
    for name, text in (
        ("id", "short name; by default made from the title"),
        ("title", ""),
        ("publisher", ""),
        ("author", ""),
        ("published", "2017, 2017-08 or 2017-08-03"),
        ("url", "where a file can be read"),
        ("kind", "such as report, letter, press-release"),
        ("language", "such as en"),
        ("cited-by-article", "quoted, described, background or later"),
    ):
        fields.add_argument(f"--{name}", metavar="TEXT", help=text)
    add.set_defaults(run=_add, parser=add)

    check = commands.add_parser("check", help="say what is wrong with an article folder, file and line named")
    check.add_argument("article", nargs="?", metavar="ARTICLE", help="by default all of the corpus")
    check.set_defaults(run=_check)

    doctor = commands.add_parser("doctor", help="say what is configured, try every part of it, and name the fix")
    doctor.add_argument("article", nargs="?", metavar="ARTICLE", help="an article of the corpus, or a folder")
    doctor.add_argument("--json", action="store_true", help="write the findings as JSON")
    doctor.set_defaults(run=_doctor)

    serve = commands.add_parser("serve", help="page, API and widget on one port")
    serve.add_argument("--host", default="127.0.0.1")
    serve.add_argument("--port", type=_port, default=8501)
    serve.set_defaults(run=_serve)
    return parser


def _port(text: str) -> int:
    port = int(text)
    if not 0 <= port <= 65_535:
        raise argparse.ArgumentTypeError(f"{text} is not a port: give a number up to 65535")
    return port


def _ask(args: argparse.Namespace) -> int:
    if (args.batch is None) == (not args.question):
        args.parser.error("give either a question or --batch FILE.jsonl")
    if args.batch is not None and args.history is not None:
        args.parser.error("--history belongs to one question; in a batch each line has its own")
    from assistant.settings import load_settings

    settings = load_settings(answerer=args.answerer) if args.answerer else load_settings()
    if args.batch is not None:
        return _batch(args.batch, args.article, settings)
    from assistant.cli import inputs, terminal
    from assistant.schema import json_of

    history = inputs.history(inputs.value(_contents(args.history))) if args.history else ()
    answer = _open(args.article, settings).ask(" ".join(args.question), history)
    if args.json:
        terminal.write_json(json_of(answer))
        return OK
    if answer.notice:
        _say(answer.notice)
    terminal.show(answer)
    return OK


def _batch(file: str, article: str | None, settings: "Settings") -> int:
    """One answer or one error a line, in the order of the questions, each written as soon as it is there."""
    from assistant.cli import inputs, terminal
    from assistant.schema import json_of

    opened = lru_cache(maxsize=OPEN_ARTICLES)(partial(_open, settings=settings))

    def answered(raw: bytes) -> dict[str, Any]:
        line = inputs.line(raw)
        return {"id": line.id} | json_of(opened(line.article or article).ask(line.question, line.history))

    worst = OK
    with _stream(file) as lines:
        for number, raw in enumerate(lines, 1):
            if not raw.strip():
                continue
            result = _guarded(partial(answered, raw))
            if isinstance(result, AssistantError):
                worst = max(worst, result.exit_code)
                error = {"type": type(result).__name__, "message": str(result), "line": number}
                result = {"id": inputs.identity(raw), "error": error}
            terminal.write_json(result)
    return worst


def _index(args: argparse.Namespace) -> int:
    from assistant import corpus
    from assistant.cli import terminal
    from assistant.settings import load_settings

    settings = load_settings()
    worst = OK
    for name in args.articles or _all(corpus.names(settings.corpus_dir), settings):
        article = _guarded(partial(_indexed, name, settings, reread=args.reread))
        if isinstance(article, AssistantError):
            _say(str(article))
            worst = max(worst, article.exit_code)
            continue
        sizes = f"{len(article.documents)} documents, {len(article.sentence_of)} sentences"
        terminal.write(f"{article.name}: indexed, {sizes}\n")
    return worst


def _indexed(name: str, settings: "Settings", *, reread: bool) -> "Article":
    from assistant import corpus
    from assistant.standing import standing

    article = None if reread else standing(corpus.find(name, settings.corpus_dir), settings)
    return article or _open(name, settings, reread=reread).article


def _add(args: argparse.Namespace) -> int:
    if len(args.sources) > 1 and (args.id or args.title or args.url):
        args.parser.error("--id, --title and --url belong to one document: add them one at a time")
    from assistant import corpus, frontmatter, ingest
    from assistant.cli import terminal
    from assistant.settings import load_settings

    folder = corpus.find(args.article, load_settings().corpus_dir)
    ids = corpus.files(folder)
    given = {name: value for name in frontmatter.FIELDS if (value := getattr(args, name, None))}
    found = [ingest.read(source, given, allow_private=args.allow_private) for source in args.sources]
    for source, path in zip(found, ingest.write(found, folder, ids, replace=args.replace), strict=True):
        lines = [str(path), *(f"  {name}: {value}" for name, value in source.fields.items())]
        terminal.write("\n".join((*lines, f"  {len(source.text):,} characters of text", "")))
        for note in source.notes:
            _say(note)
    return OK


def _check(args: argparse.Namespace) -> int:
    from assistant import corpus
    from assistant.cli import terminal
    from assistant.settings import load_settings

    settings = load_settings()
    root = settings.corpus_dir
    names = [args.article] if args.article else _all(corpus.folders(root), settings)
    worst = OK
    for folder in [corpus.find(name, root) if args.article else root / name for name in names]:
        problems = corpus.check(folder)
        if problems:
            terminal.write("".join(f"{problem}\n" for problem in problems))
            worst = CorpusError.exit_code
            continue
        article = corpus.load(folder)
        briefs = sum(document.form == "brief" for document in article.documents)
        sizes = f"{len(article.documents)} documents ({briefs} of them briefs), {len(article.sentence_of)} sentences"
        terminal.write(f"{folder}: sound, {sizes}\n")
    return worst


def _doctor(args: argparse.Namespace) -> int:
    from assistant import doctor
    from assistant.cli import terminal
    from assistant.settings import load_settings

    findings = doctor.examine(load_settings(), args.article)
    if args.json:
        terminal.write_json([finding._asdict() for finding in findings])
    else:
        terminal.write("".join(f"{line}\n" for line in doctor.lines(findings)))
    return OK if all(finding.ok for finding in findings) else SettingsError.exit_code


def _serve(args: argparse.Namespace) -> NoReturn:
    from assistant import server, telemetry
    from assistant.settings import load_settings

    load_settings()  # a setting that is wrong is better said here than on the page
    code = OK
    try:
        if not server.serve(args.host, args.port, lambda url: _say(f"Open {url} (Ctrl-C ends it)")):
            code = FaultError.exit_code
    except KeyboardInterrupt:
        code = INTERRUPTED
    telemetry.flush()
    # A thread may still load a model; Python's own way out would abort in its C++ code. The store survives any end.
    sys.stderr.flush()
    os._exit(code)


def _open(name: str | None, settings: "Settings", *, reread: bool = False) -> "Assistant":
    from assistant.cli.terminal import progress
    from assistant.pipeline import Assistant

    with progress(f"Indexing {name or settings.article}") as step:
        return Assistant.open(name, settings, progress=step, reread=reread)


def _all(names: Sequence[str], settings: "Settings") -> Sequence[str]:
    if not names:
        raise CorpusError(f"There is no article under {settings.corpus_dir}. Put a folder with an article.md there.")
    return names


@contextmanager
def _stream(file: str) -> Iterator[BinaryIO]:
    if file == "-":
        yield sys.stdin.buffer
        return
    try:
        opened = open(file, "rb")  # noqa: SIM115  # closed below; the error of opening is not that of reading
    except (OSError, ValueError) as error:
        raise _unreadable(file, error) from error
    with opened:
        yield opened


def _contents(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            contents = file.read(MAX_FILE_BYTES + 1)
    except (OSError, ValueError) as error:
        raise _unreadable(str(path), error) from error
    if len(contents) > MAX_FILE_BYTES:
        raise QuestionError(f"{path} is larger than {MAX_FILE_BYTES // 1_000_000} MB. Send the last turns only.")
    return contents


def _unreadable(file: str, error: Exception) -> QuestionError:
    reason = getattr(error, "strerror", None) or str(error)
    return QuestionError(f"{file!r} cannot be read: {reason}. Check the path and its permissions.")


def _say(message: str) -> None:
    sys.stderr.write(f"{message}\n")
