"""The application: interface, documentation and page in one."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import Any

import fastapi_offline
from fastapi import Depends, FastAPI, Request
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import FileResponse, HTMLResponse
from fastapi.security import APIKeyHeader, HTTPBearer
from fastapi.staticfiles import StaticFiles
from prometheus_client import CollectorRegistry
from starlette.middleware.cors import CORSMiddleware

from synth_handson.locales import Language, get_texts
from synth_service.api import generate, health, v1
from synth_service.api.examples import with_examples
from synth_service.api.guard import Guard
from synth_service.api.jobs import Jobs
from synth_service.api.models import MAX_EVENTS
from synth_service.api.observe import JobNumbers, Observe
from synth_service.api.problems import ProblemDocument, add_handlers
from synth_service.records import Records
from synth_service.settings import Settings
from synth_service.storage import Storage

PAGE = files("synth_service") / "page"
SWAGGER = Path(fastapi_offline.__file__).with_name("static")
KEYS = [Depends(APIKeyHeader(name="X-API-Key", auto_error=False)), Depends(HTTPBearer(auto_error=False))]
"""For the documentation: the guard has looked at them before."""
MAX_FIELDS = 2_100
"""Of a form: each column may be named twice."""
MAX_FIELD = 100_000
DESCRIPTION = """
Send a table, and get a synthetic one with its evidence: what it keeps, and whether real people can be found
in it, each compared with people the generator has never seen. Errors are problem documents (RFC 9457).
"""


def create_app(settings: Settings) -> FastAPI:
    """Return the application of a service with these settings."""
    records = Records(settings.database_url)
    jobs = Jobs(settings, records, Storage(settings.storage_url, settings.secret))
    registry = CollectorRegistry()
    registry.register(JobNumbers(records))

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        jobs.open()
        yield
        jobs.close()

    app = FastAPI(
        title="synth-handson",
        version=version("synth-handson"),
        description=DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        lifespan=lifespan,
        form_limits={"max_files": 1 + MAX_EVENTS, "max_fields": MAX_FIELDS, "max_part_size": MAX_FIELD},
        strict_content_type=True,
    )
    app.state.jobs, app.state.registry = jobs, registry
    keys = KEYS if settings.api_keys else []
    for router in (v1.router, generate.router, health.numbers):
        app.include_router(router, dependencies=keys)
    for router in (generate.downloads, health.router):
        app.include_router(router)
    add_handlers(app)
    _add_pages(app)
    _document_problems(app)
    app.add_middleware(Guard, settings=settings)
    if settings.cors_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=list(settings.cors_origins),
            allow_methods=["GET", "POST", "DELETE"],
            allow_headers=["Authorization", "X-API-Key", "Idempotency-Key", "Content-Type"],
            expose_headers=["Location", "Retry-After"],
        )
    app.add_middleware(Observe, registry=registry)
    return app


def _add_pages(app: FastAPI) -> None:
    @app.get("/", include_in_schema=False)
    def page() -> FileResponse:
        return FileResponse(str(PAGE / "index.html"))

    @app.get("/page/texts/{language}.json", include_in_schema=False)
    def texts(language: Language) -> dict[str, str]:
        return get_texts(language, "service_page")

    @app.get("/openapi.json", include_in_schema=False)
    def description(request: Request) -> dict[str, Any]:
        keys = bool(request.app.state.jobs.settings.api_keys)
        return with_examples(app.openapi(), str(request.base_url), keys=keys)

    @app.get("/docs", include_in_schema=False)
    def docs() -> HTMLResponse:
        return get_swagger_ui_html(
            openapi_url="/openapi.json",
            title=app.title,
            swagger_js_url="/docs/static/swagger-ui-bundle.js",
            swagger_css_url="/docs/static/swagger-ui.css",
            swagger_favicon_url="/docs/static/favicon.png",
        )

    app.mount("/docs/static", StaticFiles(directory=SWAGGER))
    app.mount("/page", StaticFiles(directory=str(PAGE)))


def _document_problems(app: FastAPI) -> None:
    """Put the problem document among the schemas, in the place of FastAPI's own description of errors."""
    generated = app.openapi

    def openapi() -> dict[str, Any]:
        schema = generated()
        schemas = schema["components"]["schemas"]
        schemas["ProblemDocument"] = ProblemDocument.model_json_schema()
        for name in ("HTTPValidationError", "ValidationError"):
            schemas.pop(name, None)
        return schema

    app.openapi = openapi  # type: ignore[method-assign]
