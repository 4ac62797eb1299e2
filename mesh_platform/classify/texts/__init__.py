"""Personal data in texts: `read` gives the spans with kind, confidence and rule, and says what it left unread; `people_in` those that count in what people write
for the platform."""

from __future__ import annotations

from mesh_platform.classify.texts.find import Reading, read
from mesh_platform.classify.texts.prose import people_in
from mesh_platform.classify.texts.span import Span

__all__ = ["Reading", "Span", "people_in", "read"]
