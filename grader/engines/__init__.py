"""Where a real Docker daemon comes from: one protocol, several engines (see protocol.py)."""

from grader.engines.choice import best_engine, best_kind, engine_class, engine_named, kinds
from grader.engines.protocol import Endpoint, Engine, EngineError, Limits, Probe

__all__ = [
    "Endpoint",
    "Engine",
    "EngineError",
    "Limits",
    "Probe",
    "best_engine",
    "best_kind",
    "engine_class",
    "engine_named",
    "kinds",
]
