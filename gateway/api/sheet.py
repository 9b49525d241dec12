"""A plain page of the server's own, without a script: one style, and a policy that lets nothing else in."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable
from html import escape
from typing import Final

_STYLE: Final = """
:root{color-scheme:light dark;--ground:#f4f6f6;--surface:#fff;--line:#d6dddc;--text:#14201e;--soft:#4a5957}
:root{--accent:#0b645f;--accent-soft:#dff1ee;--focus:#1a5fd0}
@media (prefers-color-scheme:dark){
:root{--ground:#0f1514;--surface:#182120;--line:#323f3d;--text:#ebf2f0;--soft:#aebcb9}
:root{--accent:#5fcabf;--accent-soft:#163633;--focus:#8fb8ff}}
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--text)}
body{font:16px/1.5 system-ui,-apple-system,'Segoe UI',Roboto,'Noto Sans',Arial,sans-serif}
main{max-width:720px;margin:0 auto;padding:32px 16px 64px}
h1{font-size:28px;line-height:1.2;margin:8px 0;overflow-wrap:anywhere}
h2{font-size:18px;line-height:1.2;margin:32px 0 12px}
p{margin:8px 0}a{color:var(--accent)}
a:focus-visible{outline:3px solid var(--focus);outline-offset:2px;border-radius:4px}
ol{list-style:none;margin:24px 0;padding:0}
ol{border:1px solid var(--line);border-radius:12px;background:var(--surface)}
ol:empty{display:none}
li+li{border-top:1px solid var(--line)}
li a{display:grid;grid-template-columns:1fr auto;gap:0 16px;padding:12px 16px}
li a{text-decoration:none;color:inherit}
li a:hover .subject{text-decoration:underline}
.subject{grid-column:1/-1;font-weight:600;overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
.soft{color:var(--soft);font-size:14px;overflow-wrap:anywhere}
.about{display:flex;flex-wrap:wrap;gap:0 16px}
.way{display:inline-block;margin-right:8px;padding:0 8px;border-radius:999px}
.way{background:var(--accent-soft);color:var(--accent);font-size:13px;font-weight:600;line-height:22px}
.text{white-space:pre-wrap;overflow-wrap:anywhere;max-width:480px;padding:12px 16px}
.text{border-radius:16px 16px 16px 4px}
.text{background:var(--surface);border:1px solid var(--line)}
iframe{display:block;width:100%;height:760px;margin:16px 0;border:1px solid var(--line);border-radius:12px}
code{padding:2px 6px;border-radius:4px;background:var(--accent-soft)}
"""
_HASH: Final = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
POLICY: Final = {
    "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{_HASH}'; frame-src 'self';"
    " base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
}
"""The header that goes with a page."""


def sheet(language: str, title: str, inside: Iterable[str]) -> str:
    """Put a page together; `inside` is HTML, the title is text."""
    head = (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head><body><main>"
    )
    return "".join([head, *inside, "</main></body></html>"])
