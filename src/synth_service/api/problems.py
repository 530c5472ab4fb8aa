"""Errors as problem documents (RFC 9457), in the reader's language."""

from __future__ import annotations

from difflib import get_close_matches
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.routing import Match

from synth_handson.errors import SynthHandsonError
from synth_handson.locales import Language, get_text, has_text
from synth_service.records import UNREACHABLE
from synth_service.request import Choices
from synth_service.storage import DISK_FULL

MEDIA_TYPE = "application/problem+json"
TYPE = "urn:synth-handson:problem:"
UNPROCESSABLE = 422

FORM_FIELDS = (*Choices.model_fields, "file", "events", "start")
"""Fields of an upload."""


class ProblemDocument(BaseModel):
    """What is wrong, and what to do."""

    type: Annotated[str, Field(description="Names the kind of problem: `urn:synth-handson:problem:<code>`.")]
    title: Annotated[str, Field(description="The status in words.")]
    status: Annotated[int, Field(ge=400, le=599)]
    code: Annotated[str, Field(description="The last part of the type.")]
    detail: Annotated[str, Field(description="What is wrong and what to do, in the reader's language.")]
    errors: Annotated[
        list[dict[str, Any]] | None, Field(description="Each invalid field, without its value.")
    ] = None


class Problem(HTTPException):
    """Something that a request is answered with instead of what it asked for.

    Parameters
    ----------
    status
        HTTP status.
    code
        Name of its text in ``locales/<language>/service.toml``, after "problem_".
    headers
        To be sent with it.
    **values
        What the text's placeholders stand for.
    """

    def __init__(
        self, status: int, code: str, *, headers: dict[str, str] | None = None, **values: object
    ) -> None:
        super().__init__(status, code, headers)
        self.code = code
        self.values = values

    def render(self, language: Language) -> str:
        """Say what is wrong."""
        return get_text(language, f"service.problem_{self.code}", **self.values)


def reader_language(request: Request) -> Language:
    """Take what the query says, else what the browser would rather have."""
    asked = request.query_params.get("language", "")
    if asked in ("ja", "en"):
        return "ja" if asked == "ja" else "en"
    return "ja" if request.headers.get("accept-language", "").lower().startswith("ja") else "en"


def answer(
    status: int,
    code: str,
    detail: str,
    *,
    errors: list[dict[str, Any]] | None = None,
    headers: dict[str, str] | None = None,
) -> JSONResponse:
    """Return a problem document."""
    body = {
        "type": TYPE + code,
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": code,
        "detail": detail,
    }
    if errors is not None:
        body["errors"] = errors
    return JSONResponse(body, status, headers, MEDIA_TYPE)


def answer_problem(request: Request, problem: Problem) -> JSONResponse:
    """Answer with a problem of ours."""
    detail = problem.render(reader_language(request))
    return answer(problem.status_code, problem.code, detail, headers=dict(problem.headers or {}) or None)


def add_handlers(app: FastAPI) -> None:
    """Let every error of an app be answered with a problem document, FastAPI's own included."""

    async def http(request: Request, error: Exception) -> JSONResponse:
        if isinstance(error, Problem):
            return answer_problem(request, error)
        assert isinstance(error, HTTPException)
        language, key = reader_language(request), f"service.problem_{error.status_code}"
        detail = get_text(language, key if has_text(language, key) else "service.problem_other")
        headers = dict(error.headers or {})
        if error.status_code == 405:
            headers["Allow"] = ", ".join(_methods(request))
        return answer(error.status_code, str(error.status_code), detail, headers=headers or None)

    async def invalid(request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, RequestValidationError)
        errors = [{name: found[name] for name in ("loc", "msg", "type")} for found in error.errors()]
        language = reader_language(request)
        named = ", ".join(dict.fromkeys(str(found["loc"][-1]) for found in errors))
        said = [get_text(language, "service.problem_invalid", fields=named)]
        for found in errors:
            if found["type"] == "extra_forbidden":
                field = str(found["loc"][-1])
                near = get_close_matches(field, FORM_FIELDS, 1)
                key = "service.unknown_field_near" if near else "service.unknown_field"
                said.append(get_text(language, key, field=field, near="".join(near)))
        return answer(UNPROCESSABLE, "invalid", " ".join(said), errors=errors)

    async def ours(request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, SynthHandsonError)
        detail = error.message(reader_language(request))
        return answer(UNPROCESSABLE, error.key.replace("_", "-"), detail)

    async def unreachable(request: Request, error: Exception) -> JSONResponse:
        return answer_problem(request, Problem(503, "not_well", headers={"Retry-After": "5"}))

    async def full(request: Request, error: Exception) -> JSONResponse:
        if isinstance(error, OSError) and error.errno in DISK_FULL:
            return answer_problem(request, Problem(507, "full"))
        raise error

    app.add_exception_handler(HTTPException, http)
    app.add_exception_handler(OSError, full)
    for kind in UNREACHABLE:
        app.add_exception_handler(kind, unreachable)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(SynthHandsonError, ours)


def _methods(request: Request) -> list[str]:
    """Name all methods of an address; the framework names those of the first route that has it."""
    methods: set[str] = set()
    for route in request.app.routes:
        found, _ = route.matches(dict(request.scope))
        if found is not Match.NONE:
            methods |= getattr(route, "methods", None) or set()
    return sorted(methods)


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Document which problems an operation may answer with, beside those that any may."""
    known = sorted({*statuses, 400, 401, 403, UNPROCESSABLE, 500, 503})
    return {
        status: {
            "description": HTTPStatus(status).phrase,
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemDocument"}}},
        }
        for status in known
    }
