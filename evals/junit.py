"""A run as JUnit XML: one test case per observation, the kind as its class, scores as properties."""

from pathlib import Path
from xml.etree.ElementTree import Element, ElementTree, SubElement, indent

from evals.results import Observation, Run


def write_junit(run: Run, path: Path) -> None:
    """junit.xml, as build servers read it: failure for a case not passed, error for one that could not be asked."""
    top = Element("testsuites", name="evals")
    for probe in ("case", "standalone", "removed", "swapped", "claim"):
        observations = [o for o in run.observations if o.probe == probe]
        if not observations:
            continue
        failed = sum(bool(o.failures) and not o.error for o in observations)
        errors = sum(bool(o.error) for o in observations)
        counts = {"tests": str(len(observations)), "failures": str(failed), "errors": str(errors)}
        suite = SubElement(top, "testsuite", {"name": f"evals.{probe}", **counts})
        for observation in observations:
            _case(suite, observation)
    indent(top)
    ElementTree(top).write(path, encoding="utf-8", xml_declaration=True)


def _case(suite: Element, observation: Observation) -> None:
    file, _, line = observation.where.rpartition(":")
    case = SubElement(
        suite, "testcase", name=observation.id, classname=f"{observation.article}.{observation.kind}",
        time=f"{observation.wall_ms / 1000:.3f}", file=file, line=line,
    )  # fmt: skip
    properties = SubElement(case, "properties")
    for name, score in sorted(observation.scores.items()):
        SubElement(properties, "property", name=name, value=f"{score:.4f}")
    if observation.error:
        SubElement(case, "error", message=_printable(observation.error))
    elif observation.failures:
        failure = SubElement(case, "failure", message=_printable(observation.failures[0]))
        said = (observation.answer or {}).get("text", "")
        failure.text = _printable(
            "\n".join((*observation.failures, f"Question: {observation.question}", f"Answer: {said}"))
        )


def _printable(text: str) -> str:
    """XML 1.0 has no form for control characters."""
    return "".join(c if c in "\n\t" or (c >= " " and c not in "\ufffe\uffff") else "\ufffd" for c in text)
