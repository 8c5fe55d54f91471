import pytest
@pytest.mark.browser
def test_page(offline_page):
    offline_page.page.goto("data:text/html,<h1>x</h1><img src='http://example.com/a.png'><script>console.error('bad');throw new Error('worse')</script>")
    offline_page.page.wait_for_load_state()
    print(offline_page.refused, offline_page.console_errors)
    assert offline_page.refused==["http://example.com/a.png"]
    assert any("bad" in e for e in offline_page.console_errors) and any("worse" in e for e in offline_page.console_errors)
@pytest.mark.db
def test_db(postgis_database_url): pass
