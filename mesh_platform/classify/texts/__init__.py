"""Personal data in texts: `read` gives the spans with kind, confidence and rule, and says what it left unread."""

from __future__ import annotations

from mesh_platform.classify.texts.find import Reading, read
from mesh_platform.classify.texts.span import Span

__all__ = ["Reading", "Span", "read"]
