"""The rules by which a leaf is judged, by topic: each takes a `Case` and tells what it found."""
