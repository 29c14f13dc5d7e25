"""Common probe URLs answer 404."""

from tests.support.scenes.world import ask

PATHS = [
    "/.git/config",
    "/.git/HEAD",
    "/.gitignore",
    "/.env",
    "/.env.local",
    "/.htaccess",
    "/.htpasswd",
    "/.svn/entries",
    "/.DS_Store",
    "/.well-known/",
    "/config.py",
    "/config.json",
    "/config.yaml",
    "/wsgi.py",
    "/pyproject.toml",
    "/Dockerfile",
    "/docker-compose.yml",
    "/requirements.txt",
    "/backup.zip",
    "/backup.sql",
    "/dump.sql",
    "/database.sqlite3",
    "/instance/turnero.sqlite3",
    "/turnero.sqlite3",
    "/data/",
    "/logs/",
    "/log.txt",
    "/debug",
    "/console",
    "/__debug__/",
    "/_debug_toolbar",
    "/status",
    "/server-status",
    "/server-info",
    "/health",
    "/info",
    "/phpinfo.php",
    "/admin/login",
    "/administrator",
    "/wp-admin",
    "/wp-login.php",
    "/phpmyadmin",
    "/login",
    "/cgi-bin/",
    "/actuator",
    "/actuator/env",
    "/swagger",
    "/swagger-ui.html",
    "/docs",
    "/redoc",
    "/openapi.json",
    "/graphql",
    "/api",
    "/api/v1",
    "/api/v1/usuarios",
    "/test",
    "/tests",
    "/reset",
    "/static/",
    "/static/../config.py",
    "/static/%2e%2e/config.py",
    "/static/..%2f..%2fetc/passwd",
    "/static/turnero.css.map",
    "/templates/base.html",
    "/buzon",
    "/buzon/../config",
    "/buzon/%2e%2e%2fturnero.sqlite3",
]


def test_nothing_is_there(sqlite_app):
    client = sqlite_app.test_client()
    for path in PATHS:
        for method in ("GET", "HEAD"):
            assert ask(client, method, path).status_code == 404, path
        assert ask(client, "TRACE", path).status_code in (404, 405), path


def test_what_is_there_is_found(sqlite_app):
    """The control: it is not the way of asking."""
    assert ask(sqlite_app.test_client(), "GET", "/ayuda").status_code == 200


def test_nothing_says_what_we_run_on(sqlite_app):
    answer = ask(sqlite_app.test_client(), "GET", "/ayuda")
    told = " ".join(f"{name}: {value}" for name, value in answer.headers.items()).lower()
    assert not [word for word in ("python", "flask", "werkzeug", "granian") if word in told]
