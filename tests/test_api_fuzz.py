"""The API against its own description: schemathesis sends what it allows and what it forbids."""

from typing import Any

import schemathesis
from hypothesis import HealthCheck, Phase, settings
from starlette.applications import Starlette

from assistant import Assistant, api
from assistant.api import guard
from assistant.settings import load_settings

APP = Starlette(routes=api.routes(), middleware=guard.middleware(load_settings(rate_limit="100000/minute")))
# It grows what is too long until it is too large.
REFUSALS = ["400", "404", "405", "413", "415", "422"]
# A question of invisible characters, an article that is not there, an answer about another one.
BLAMELESS = ["2xx", "404", "422"]
CONFIG = schemathesis.Config.from_dict(
    {
        "checks": {
            "negative_data_rejection": {"expected-statuses": REFUSALS},
            "positive_data_acceptance": {"expected-statuses": BLAMELESS},
        }
    }
)
schema = schemathesis.openapi.from_asgi("/api/v1/openapi.json", APP, config=CONFIG)


@schema.parametrize()
@settings(
    max_examples=30,
    deadline=None,
    derandomize=True,
    database=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)
def test_every_answer_is_as_described_and_none_is_a_fault(case: schemathesis.Case[Any], assistant: Assistant) -> None:
    response = case.call()
    assert response.status_code < 500
    case.validate_response(response)
