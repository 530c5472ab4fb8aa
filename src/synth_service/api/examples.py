"""An example of each operation: shell that runs as it stands, whatever was run before."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import Any

from synth_service.api.access import FOR_OPERATORS

URL = "http://localhost:8000"
"""In the place of which stands the address at which the documentation is read."""
CHOICES = {"target_column": "churned", "n_rows": 800}

TABLE = f"curl -fsSO {URL}/v1/example.csv\n"
_FORM = "-F file=@example.csv -F target_column=churned -F engine=copula"
_POST = f"curl -fsS -H 'Idempotency-Key: example' {_FORM}"
"""The same upload under the same key is the same job, so that it is done once for all examples."""
_ID = "grep -Eo '[0-9a-f]{32}' | head -n 1"
SEND = f"{TABLE}JOB=$({_POST} {URL}/v1/jobs | {_ID})\n"
WAIT = f"{SEND}curl -fsSN -o events.txt {URL}/v1/jobs/$JOB/events  # ends with the job\n"
LOOK = f"""\
{TABLE}JOB=$(curl -fsS -F start=false {_FORM} {URL}/v1/jobs | {_ID})
curl -fsSN -o events.txt {URL}/v1/jobs/$JOB/events  # ends once the table has been read
"""
_JSON = f"curl -fsS -H 'Content-Type: application/json' -d '{json.dumps(CHOICES)}'"

EXAMPLES: dict[str, str] = {
    "GET /v1/engines": f"curl -fsS '{URL}/v1/engines?people=true'",
    "GET /v1/limits": f"curl -fsS {URL}/v1/limits",
    "GET /v1/example.csv": TABLE,
    "GET /v1/examples/{table}.csv": f"curl -fsSO {URL}/v1/examples/cardholders.csv\n"
    f"curl -fsSO {URL}/v1/examples/payments.csv\n"
    "curl -fsS -F start=false -F file=@cardholders.csv -F events=@payments.csv -F person=customer_id "
    f"{URL}/v1/jobs",
    "POST /v1/jobs": f"{TABLE}{_POST} {URL}/v1/jobs",
    "GET /v1/jobs/{job}": f"{SEND}curl -fsS {URL}/v1/jobs/$JOB",
    "POST /v1/jobs/{job}/start": f"{LOOK}{_JSON} {URL}/v1/jobs/$JOB/start",
    "POST /v1/jobs/{job}/check": f"{LOOK}{_JSON} {URL}/v1/jobs/$JOB/check",
    "GET /v1/jobs/{job}/choices": f"{SEND}curl -fsS {URL}/v1/jobs/$JOB/choices",
    "DELETE /v1/jobs/{job}": f"{SEND.replace('Key: example', 'Key: erased')}"
    f"curl -fsS -X DELETE {URL}/v1/jobs/$JOB",
    "GET /v1/jobs/{job}/events": f"{SEND}curl -fsSN {URL}/v1/jobs/$JOB/events",
    "GET /v1/jobs/{job}/understood": f"{WAIT}curl -fsS {URL}/v1/jobs/$JOB/understood",
    "GET /v1/jobs/{job}/summary": f'{WAIT}curl -fsS "{URL}/v1/jobs/$JOB/summary?language=ja"',
    "GET /v1/jobs/{job}/evidence": f"{WAIT}curl -fsS {URL}/v1/jobs/$JOB/evidence",
    "GET /v1/jobs/{job}/report": f'{WAIT}curl -fsS -o report.html "{URL}/v1/jobs/$JOB/report?language=en"',
    "GET /v1/jobs/{job}/synthetic.{ending}": f"{WAIT}curl -fsS -o new.xlsx {URL}/v1/jobs/$JOB/synthetic.xlsx",
    "GET /v1/jobs/{job}/all.zip": f"{WAIT}curl -fsS -o all.zip {URL}/v1/jobs/$JOB/all.zip",
    "GET /v1/usage": f"curl -fsS '{URL}/v1/usage?month=2026-11'",
    "POST /generate": f"{TABLE}{_POST} {URL}/generate",
    "GET /download/{token}.{ending}": f"{WAIT}PLACE=$(curl -fsS {URL}/v1/jobs/$JOB | "
    f"grep -Eo '/download/[^\"]*')\ncurl -fsS -o new.csv {URL}$PLACE",
    "GET /metrics": f"curl -fsS {URL}/metrics",
    "GET /health": f"curl -fsS {URL}/health",
    "GET /health/live": f"curl -fsS {URL}/health/live",
    "GET /health/ready": f"curl -fsS {URL}/health/ready",
}


def with_examples(schema: dict[str, Any], url: str, *, keys: bool) -> dict[str, Any]:
    """Return a description of the service in which each operation has its example.

    Parameters
    ----------
    schema
        OpenAPI's description; it is not changed.
    url
        Address of the service.
    keys
        Whether requests need a key, which the examples take from a variable of the shell.
    """
    told = deepcopy(schema)
    for name, example in EXAMPLES.items():
        method, path = name.split()
        operation = told["paths"][path][method.lower()]
        source = example.strip().replace(URL, url.rstrip("/"))
        if keys:
            variable = "OPERATOR_KEY" if path in FOR_OPERATORS else "API_KEY"
            source = source.replace("curl ", f'curl -H "X-API-Key: ${variable}" ')
        operation["x-codeSamples"] = [{"lang": "Shell", "label": "curl", "source": source}]
        operation["description"] += f"\n\n```bash\n{source}\n```\n"
    return told
