"""The engine: runs a Pulumi program with the real SDK against providers, and keeps its state.

It knows Pulumi's protocol and state format, and nothing of what the providers manage.
"""

from __future__ import annotations

from rehearsal.engine.events import (
    Diagnostic,
    Event,
    PolicyRemediation,
    PolicyViolation,
    PropertyChange,
    RunStarted,
    StepFinished,
    StepStarted,
    Summary,
)
from rehearsal.engine.outcome import Adoption, Outcome, Run
from rehearsal.engine.plugins import ServicerFactory
from rehearsal.engine.policy.host import PolicyPackRef
from rehearsal.engine.report import StepRecord
from rehearsal.engine.run import run
from rehearsal.engine.values import Secret

__all__ = [
    "Adoption",
    "Diagnostic",
    "Event",
    "Outcome",
    "PolicyPackRef",
    "PolicyRemediation",
    "PolicyViolation",
    "PropertyChange",
    "Run",
    "RunStarted",
    "Secret",
    "ServicerFactory",
    "StepFinished",
    "StepRecord",
    "StepStarted",
    "Summary",
    "run",
]
