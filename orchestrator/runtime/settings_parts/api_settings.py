"""The part of `prozvon.yaml` about the HTTP API that `prozvon web` serves."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from orchestrator.runtime.settings_parts.switch_settings import HostPort, Strict


class ApiPart(Strict):
    """Where it listens, how fast each token may ask, what a request may hold."""

    listen: HostPort = "127.0.0.1:8070"
    rate: Annotated[float, Field(gt=0, le=100_000)] = 20.0  # requests a second of one token, in the long run
    burst: Annotated[int, Field(ge=1, le=100_000)] = 40  # requests at once, before the rate holds
    max_body_kb: Annotated[int, Field(ge=1, le=100_000)] = 1_024  # of a request that is no list
    max_list_mb: Annotated[int, Field(ge=1, le=100_000)] = 512  # of a streamed list of contacts
    certificate: Path | None = None  # PEM, with what it is signed by; then it speaks HTTPS
    key: Path | None = None  # of the certificate, PEM without a password
    idle_s: Annotated[float, Field(ge=0.1, le=3_600)] = (
        30.0  # a client silent for so long in its request is let go
    )
    metrics: Literal["token", "open"] = (
        "token"  # who may read /metrics: scope metrics:read, or whoever reaches it
    )

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.certificate is None) != (self.key is None):
            raise ValueError("certificate and key go together")
        return self

    def absolute(self, folder: Path) -> Self:
        """With paths below the project folder."""
        paths = {"certificate": self.certificate, "key": self.key}
        return self.model_copy(
            update={name: None if path is None else folder / path for name, path in paths.items()}
        )
