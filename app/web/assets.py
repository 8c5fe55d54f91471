"""Rendered map pages without a content delivery network: every link replaced by a file of ours.

Folium and branca write links to public hosts. :data:`STATIC_FILES` is the one table from such a
link to a vendored file; what it does not name is refused, so that no page can call elsewhere.
"""

from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser
from pathlib import Path

from app.web.vendor_assets import VENDOR_DIR

STATIC_URL = "/static/vendor/"
STATIC_FILES = {
    "https://cdn.jsdelivr.net/npm/leaflet@1.9.3/dist/leaflet.js": "leaflet/lib/leaflet.js",
    "https://cdn.jsdelivr.net/npm/leaflet@1.9.3/dist/leaflet.css": "leaflet/lib/leaflet.css",
    "https://cdn.jsdelivr.net/npm/leaflet-search@2.9.7/dist/leaflet-search.min.js": (
        "leaflet-search/lib/leaflet-search.min.js"
    ),
    "https://cdn.jsdelivr.net/npm/leaflet-search@2.9.7/dist/leaflet-search.min.css": (
        "leaflet-search/lib/leaflet-search.min.css"
    ),
}
MEDIA_TYPES = {".png": "image/png", ".gif": "image/gif", ".svg": "image/svg+xml"}

# The two tags that branca writes, to the letter; anything else stays and is refused.
_SCRIPT_TAG = '<script src="{}"></script>'
_STYLE_TAG = '<link rel="stylesheet" href="{}"/>'
_HEAD = "<head>"
_CSS_LINK = re.compile(r"""url\(\s*(?:"([^"]*)"|'([^']*)'|([^)"'\s]*))\s*\)""", re.IGNORECASE)
_CSS_IMPORT = re.compile(r"@import", re.IGNORECASE)
_SOURCE_MAP = re.compile(r"^//# sourceMappingURL=.*$", re.MULTILINE)
_LINKING = frozenset(
    {"src", "href", "xlink:href", "srcset", "data", "poster", "action", "formaction", "background"}
)


class ExternalLinkError(ValueError):
    """A page links to something that is not one of our files."""

    def __init__(self, tag: str, link: str) -> None:
        self.tag = tag
        self.link = link
        super().__init__(
            f"The page's <{tag}> links to {link!r}, which is not a vendored file; "
            "add it to app/web/vendor_assets.py and to STATIC_FILES."
        )


def link_to_static(html: str) -> str:
    """Return the page with every public link replaced by one below ``/static/vendor/``.

    The page gets a Content-Security-Policy that forbids everything else.

    Raises
    ------
    ExternalLinkError
        If any other link is left over.
    """
    for link, file in STATIC_FILES.items():
        for tag in (_SCRIPT_TAG, _STYLE_TAG):
            html = html.replace(tag.format(link), tag.format(STATIC_URL + file))
    return _with_policy(html, scripts="'self'", others="'self'", allowed=STATIC_URL)


def inline(html: str) -> str:
    """Return the page with scripts, styles and images inside it: one file that needs no other.

    The page gets a Content-Security-Policy that forbids every request.

    Raises
    ------
    ExternalLinkError
        If any link is left over.
    """
    for link, file in STATIC_FILES.items():
        script, style = _SCRIPT_TAG.format(link), _STYLE_TAG.format(link)
        if script in html:
            html = html.replace(script, f"<script>{_script(VENDOR_DIR / file)}</script>")
        if style in html:
            html = html.replace(style, f"<style>{_style(VENDOR_DIR / file)}</style>")
    return _with_policy(html, scripts="", others="", allowed=None)


def content_security_policy(html: str, *, scripts: str = "'self'", others: str = "'self'") -> str:
    """Return a policy under which ``html`` runs its own scripts and no injected one.

    Parameters
    ----------
    scripts, others
        Where scripts, and styles and images, may come from besides the page: ``'self'`` or
        nothing. The page's inline scripts are named by their SHA-256, so that neither another
        script element nor an event handler in an attribute runs.
    """
    hashes = dict.fromkeys(
        f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
        for text in _read(html).scripts
    )
    allowed = " ".join(filter(None, (scripts, *hashes))) or "'none'"
    # Leaflet and its controls write style elements and attributes.
    styles = " ".join(filter(None, (others, "'unsafe-inline'")))
    images = " ".join(filter(None, (others, "data:")))
    return (
        f"default-src 'none'; script-src {allowed}; style-src {styles}; img-src {images}; "
        "base-uri 'none'; form-action 'none'"
    )


def _with_policy(html: str, *, scripts: str, others: str, allowed: str | None) -> str:
    for tag, link in _read(html).links:
        if not _is_ours(tag, link, allowed):
            raise ExternalLinkError(tag, link)
    if html.count(_HEAD) < 1:
        raise ValueError("The page has no <head> to hold its Content-Security-Policy.")
    policy = content_security_policy(html, scripts=scripts, others=others)
    return html.replace(
        _HEAD, f'{_HEAD}\n<meta http-equiv="Content-Security-Policy" content="{policy}">', 1
    )


def _is_ours(tag: str, link: str, allowed: str | None) -> bool:
    if link.startswith("#"):
        return True
    if link.startswith("data:image/"):
        return tag in ("img", "style")
    return allowed is not None and link.startswith(allowed) and ".." not in link


def _script(path: Path) -> str:
    text = _SOURCE_MAP.sub("", path.read_text(encoding="utf-8"))
    if re.search(r"</script|<!--", text, re.IGNORECASE):
        raise ValueError(f"{path.name} cannot be put into a page: it holds '</script' or '<!--'.")
    return text


def _style(path: Path) -> str:
    text = path.read_text(encoding="utf-8")
    if "</style" in text.lower():
        raise ValueError(f"{path.name} cannot be put into a page: it holds '</style'.")

    def embed(match: re.Match[str]) -> str:
        link = _css_target(match)
        if link.startswith(("#", "data:")):
            return match.group(0)
        image = (path.parent / link).resolve()
        if not image.is_relative_to(VENDOR_DIR.resolve()) or image.suffix not in MEDIA_TYPES:
            raise ExternalLinkError("style", link)
        content = base64.b64encode(image.read_bytes()).decode()
        return f"url(data:{MEDIA_TYPES[image.suffix]};base64,{content})"

    return _CSS_LINK.sub(embed, text)


def _css_target(match: re.Match[str]) -> str:
    return next((group for group in match.groups() if group is not None), "")


class _Page(HTMLParser):
    """What a page links to, and the text of its own scripts."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.links: list[tuple[str, str]] = []
        self.scripts: list[str] = []
        self._inside = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in _LINKING:
                self.links.append((tag, (value or "").strip()))
            elif name == "style":
                self._read_css(value or "")
        if tag == "script" and "src" not in dict(attrs):
            self.scripts.append("")
        self._inside = tag if tag == "style" or "src" not in dict(attrs) else ""

    def handle_endtag(self, tag: str) -> None:
        if tag == self._inside:
            self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside == "script":
            self.scripts[-1] += data
        elif self._inside == "style":
            self._read_css(data)

    def _read_css(self, text: str) -> None:
        self.links += [("style", _css_target(match)) for match in _CSS_LINK.finditer(text)]
        if _CSS_IMPORT.search(text):
            self.links.append(("style", "@import"))


def _read(html: str) -> _Page:
    page = _Page()
    page.feed(html)
    page.close()
    return page
