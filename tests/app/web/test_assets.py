"""Links of rendered pages: replaced by our files, or refused."""

from __future__ import annotations

import re
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest

from app.web.assets import (
    STATIC_FILES,
    STATIC_URL,
    ExternalLinkError,
    content_security_policy,
    inline,
    link_to_static,
)
from app.web.vendor_assets import VENDOR_DIR

LEAFLET = "https://cdn.jsdelivr.net/npm/leaflet@1.9.3/dist/leaflet.js"
STYLE = "https://cdn.jsdelivr.net/npm/leaflet@1.9.3/dist/leaflet.css"
SEARCH_STYLE = "https://cdn.jsdelivr.net/npm/leaflet-search@2.9.7/dist/leaflet-search.min.css"
WRITERS = pytest.mark.parametrize("write", [link_to_static, inline])


def page(head="", body=""):
    return f"<!DOCTYPE html>\n<html>\n<head>\n{head}\n</head>\n<body>\n{body}\n</body>\n</html>\n"


def links(*scripts_and_styles):
    return "".join(
        f'<script src="{link}"></script>'
        if link.endswith("js")
        else f'<link rel="stylesheet" href="{link}"/>'
        for link in scripts_and_styles
    )


def test_every_file_of_the_table_is_there():
    assert [file for file in STATIC_FILES.values() if not (VENDOR_DIR / file).is_file()] == []


def test_served_pages_link_to_our_own_files():
    html = link_to_static(page(links(*STATIC_FILES)))

    assert re.findall(r'(?:src|href)="([^"]*)"', html) == [
        STATIC_URL + file for file in STATIC_FILES.values()
    ]


def test_a_self_contained_page_links_to_nothing():
    html = inline(page(links(*STATIC_FILES)))

    assert re.findall(r"<(?:script|link)[^>]*(?:src|href)=", html) == []
    assert "Leaflet 1.9.3" in html
    assert "sourceMappingURL" not in html
    styles = "".join(re.findall("<style>.*?</style>", html, re.S))
    targets = re.findall(r"url\(([^)]*)\)", styles)
    assert {target.partition(",")[0] for target in targets} == {
        "#default#VML",
        "data:image/png;base64",
        "data:image/gif;base64",
    }


@WRITERS
@pytest.mark.parametrize(
    ("markup", "link"),
    [
        ('<script src="https://example.org/a.js"></script>', "https://example.org/a.js"),
        ("<script src='//example.org/a.js'></script>", "//example.org/a.js"),
        ('<img src="http://example.org/a.png">', "http://example.org/a.png"),
        ('<img srcset="https://example.org/a.png 2x">', "https://example.org/a.png 2x"),
        ('<a href="https://example.org">licence</a>', "https://example.org"),
        ('<a href="javascript:alert(1)">x</a>', "javascript:alert(1)"),
        ('<IFRAME SRC="data:text/html,x"></IFRAME>', "data:text/html,x"),
        ('<a href="data:image/png;base64,AA">x</a>', "data:image/png;base64,AA"),
        (
            '<div style="background: url(https://example.org/a.png)"></div>',
            "https://example.org/a.png",
        ),
        ("<style>p { background: URL('//example.org/a.png') }</style>", "//example.org/a.png"),
        ('<style>@import "https://example.org/a.css";</style>', "@import"),
        (
            '<svg><use xlink:href="https://example.org/a.svg#b"/></svg>',
            "https://example.org/a.svg#b",
        ),
        # The right file by another road than the table's is refused as well.
        (f'<script defer src="{LEAFLET}"></script>', LEAFLET),
        (
            '<link rel="stylesheet" href="/static/vendor/../../secret.css"/>',
            "/static/vendor/../../secret.css",
        ),
    ],
)
def test_any_other_link_is_refused_by_name(write, markup, link):
    with pytest.raises(ExternalLinkError) as caught:
        write(page(body=markup))

    assert caught.value.link == link
    assert repr(link) in str(caught.value)


def test_a_link_to_the_server_is_refused_in_a_self_contained_page():
    with pytest.raises(ExternalLinkError, match="/static/vendor/leaflet"):
        inline(page(f'<script src="{STATIC_URL}leaflet/lib/leaflet.js"></script>'))


@WRITERS
def test_addresses_in_text_and_scripts_are_no_links(write):
    body = "<p>See https://example.org</p><script>const a = 'src=\"https://example.org\"';</script>"

    assert body in write(page(body=body))


@WRITERS
def test_links_inside_the_page_and_images_inside_it_may_stay(write):
    body = '<a href="#top">up</a><img src="data:image/png;base64,AA">'

    assert body in write(page(body=body))


@WRITERS
def test_the_policy_names_the_pages_scripts_and_nothing_beyond(write):
    html = write(page(body="<script>alert(1)</script>"))

    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', html)[1]
    # The digest that browsers print for alert(1): SHA-256, base64.
    assert "'sha256-bhHHL3z2vDgxUt0W3dWQOrprscmda2Y5pLsLg4GF+pI='" in policy
    assert "default-src 'none'" in policy
    assert "http" not in policy
    assert "'unsafe-inline'" not in policy.partition("script-src")[2].partition(";")[0]


def test_a_page_without_scripts_may_run_none():
    assert "script-src 'none';" in content_security_policy(page(), scripts="", others="")
    assert "script-src 'self';" in content_security_policy(page())


def test_a_page_without_a_head_is_refused():
    with pytest.raises(ValueError, match="no <head>"):
        inline("<p>bare</p>")


@pytest.fixture
def served(tmp_path):
    """Pages of a folder with our static files beside them, on this machine."""
    (tmp_path / "static").mkdir()
    (tmp_path / "static" / "vendor").symlink_to(VENDOR_DIR)

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *args):
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=tmp_path))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield tmp_path, f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.browser
def test_a_served_page_runs_its_own_scripts_and_no_injected_one(offline_page, served):
    folder, address = served
    html = link_to_static(
        page(links(LEAFLET, STYLE, SEARCH_STYLE), "<script>window.version = L.version;</script>")
    )
    attack = "<img src=x onerror='window.hit = 1'><script>window.hit = 2</script>"
    (folder / "map.html").write_text(html.replace("</body>", f"{attack}</body>"), encoding="utf-8")

    offline_page.page.goto(f"{address}/map.html")

    assert offline_page.page.evaluate("window.version") == "1.9.3"
    assert offline_page.page.evaluate("window.hit") is None
    assert len(offline_page.console_errors) >= 2
    assert offline_page.refused == []
