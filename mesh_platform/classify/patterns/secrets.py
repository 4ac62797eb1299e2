"""Passwords, keys and tokens."""

from __future__ import annotations

import re

from mesh_platform.classify.entities import Entity
from mesh_platform.classify.patterns.pattern import pattern


def password_like(text: str) -> bool:
    """The value behind a key such as `password=`: not a variable, not a word such as `true`."""
    value = re.split(r"[:=\s]+", text.strip("'\"&? "), maxsplit=1)[-1].strip("'\" ")
    kinds = sum(bool(re.search(kind, value)) for kind in (r"[a-z]", r"[A-Z]", r"\d", r"[^\w]"))
    return len(value) >= 6 and kinds >= 2 and not value.startswith(("$", "{", "<", "%"))


JWT = pattern(Entity.SECRET, "JSON web token", r"(?<![\w-])eyJ[\w-]{8,4000}={0,2}\.[\w-]{8,8000}={0,2}\.[\w-]{0,2000}={0,2}")
TOKENS = pattern(
    Entity.SECRET, "token of a known issuer",
    r"(?<![\w-])(?:(?:sk|pk|rk|whsec)_(?:live|test)_[A-Za-z0-9]{10,120}|gh[pousr]_[A-Za-z0-9]{16,255}|github_pat_\w{20,120}|glpat-[\w-]{16,40}|xox[abeprs]-[\w-]{10,200}"
    r"|xapp-[\w-]{10,200}|(?:AKIA|ASIA|AROA|AIDA)[A-Z0-9]{12,20}|AIza[\w-]{30,45}|ya29\.[\w-]{20,300}|GOCSPX-[\w-]{20,40}|SG\.[\w-]{16,30}\.[\w-]{20,60}|key-[0-9a-f]{32}"
    r"|npm_[A-Za-z0-9]{20,60}|pypi-[\w-]{20,300}|dop_v1_[0-9a-f]{32,80}|sq0[a-z]{3}-[\w-]{20,60}|EAAA[\w-]{30,300}|shp(?:at|ca|pa|ss)_[0-9a-fA-F]{20,64}|sk-(?:ant-|proj-)?[\w-]{20,200}"
    r"|hf_[A-Za-z0-9]{20,60}|hv[sbr]\.[\w-]{20,200}|dapi[0-9a-f]{30,40}|lin_api_\w{20,60}|NRAK-[A-Z0-9]{20,40}|AC[0-9a-f]{32}|SK[0-9a-f]{32}|\d{8,10}:AA[\w-]{32,36}"
    r"|rubygems_[0-9a-f]{32,64}|tfp_\w{20,80}|figd_[\w-]{20,80}|pat[A-Za-z0-9]{14}\.[0-9a-f]{64}|glsa_\w{20,60}|doo_v1_\w{20,80}|PMAK-[\w-]{20,80}|AGE-SECRET-KEY-1[A-Z0-9]{50,60}|v[1-4]\.(?:public|local)\.[\w-]{40,4000}|eyJ[\w-]{12,4000}\.[\w-]{4}[A-Za-z0-9]{2}\.[\w-]{27,43}|glrt-[\w-]{20,60}|[sp]k\.eyJ[\w-]{20,200}\.[\w-]{10,60}|[MN][A-Za-z0-9_-]{21}[A-Za-z0-9]{2,6}\.[A-Za-z0-9]{6}\.[\w-]{27,40}|(?:dckr_pat|nfp|sntrys|ntn|secret|rk|ops|vercel|fly|oy2|cio|exp)_[A-Za-z0-9]{24,80})(?![A-Za-z0-9])",
)  # fmt: skip
HASHED = pattern(
    Entity.SECRET, "hashed password",
    r"(?<![\w$])(?:\$2[abxy]?\$\d\d\$[./A-Za-z0-9]{53}|\$argon2(?:id|i|d)\$[\w=,$+/.-]{20,200}|\$(?:1|5|6|7|y|gy)\$[\w./=$,-]{20,150}|pbkdf2[_:]\w{4,12}[:$]\d+[:$][^\s]{16,200}|\$pbkdf2[\w-]*\$[^\s]{16,200}|scrypt:\d+:\d+:\d+\$[^\s]{16,200}|\$scrypt\$[^\s]{16,200}|\{S?SHA(?:256|512)?\}[\w+/=]{20,150})",
)  # fmt: skip
PRIVATE_KEY = pattern(Entity.SECRET, "private key", r"-----BEGIN (?:[A-Z]{2,12} ){0,3}PRIVATE KEY(?: BLOCK)?-----")
PASSWORD = pattern(
    Entity.SECRET, "password in the text",
    r"(?<![A-Za-z])(?:(?:pass(?:word|wd|phrase)?|pwd|passwort|contrase(?:ñ|n)a|senha|mot de passe|wachtwoord|has(?:ł|l)o|пароль|secret|(?:api|access|auth|secret|client)[ _-]?(?:key|token|secret)|\w{0,20}_(?:token|secret|key|password|passwd|pwd)|token)['\"]?\s{0,2}[:=]\s{0,2}|(?:authorization:\s?)?(?:bearer|basic)\s)['\"]?[^\s'\",;&]{6,300}",
    password_like, flags=re.IGNORECASE,
)  # fmt: skip
CREDENTIALS_URL = pattern(
    Entity.SECRET,
    "credentials in a URL",
    r"[a-z][a-z0-9+]{2,15}://[^\s:/@]{1,64}:[^\s:/@]{3,128}@[\w.-]{1,120}|https://(?:hooks\.slack\.com/services|discord(?:app)?\.com/api/webhooks)/[\w/-]{20,120}",
    flags=re.IGNORECASE,
)
