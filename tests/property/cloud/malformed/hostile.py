"""Texts and values that have made servers stumble."""

from __future__ import annotations

from typing import Any

TEXTS = (
    *(
        "",
        " ",
        "\x00",
        "a\x00b",
        "\n",
        "a\r\nb: c",
        "..",
        "../..",
        "%",
        "%s",
        "{0}",
        "{}",
        "'",
        '"',
    ),
    *("\\", "<script>", "null", "*", "$", "ü", "\u202e", "\U0001f600", "\ud800", "a" * 300),
    *("a" * 20_000, "0", "-1", "1e999", "true", "٣", "²", "00000000-0000-0000-0000-000000000000"),
    *("0a1b2c3d-0000-4000-8000-000000000401", "/", "//", "/subscriptions/", "1.34", "1.99.1"),
    *(
        "Group",
        "User",
        "SystemAssigned",
        "UserAssigned",
        "https://",
        "https://[",
        "2026-13-45T99:99",
    ),
)
NAMES = (
    *("", "a", "A-" * 40, "0a1b2c3d-0000-4000-8000-000000000401", "westeurope", "1.35", "1.33.5"),
    *(
        "a@b@c",
        "Rehearsal.onmicrosoft.com",
        "azure",
        "none",
        "kubenet",
        "overlay",
        "System",
        "User",
    ),
    *("10.0.0.0/33", "::/0", "fe80::1%eth0", "2026-02-30T00:00:00Z", "0001-01-01T00:00:00Z", "P1D"),
    *(
        "/subscriptions/x/resourceGroups/y",
        "https://localhost:1",
        "http://[::1",
        "*/read",
        "*",
        "/",
    ),
    *("SystemAssigned, UserAssigned", "None", "ServicePrincipal", "urn:a", "/me", "/groups?$top=x"),
)
VALUES: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 1, 1.5, 10**30, -(10**30), 1e308, float("nan"), float("inf")),
    *([], {}, [None], [[]], [{}], {"": None}, {"a": {"a": {"a": {}}}}, ["a", 1, None], {"id": 1}),
)
_GRANT, _ASSERTION = (
    "urn:ietf:params:oauth:grant-type",
    "urn:ietf:params:oauth:client-assertion-type",
)
FORM_TEXTS = (
    *("client_credentials", "refresh_token", "authorization_code", f"{_GRANT}:device_code"),
    *(
        f"{_GRANT}:jwt-bearer",
        f"{_ASSERTION}:jwt-bearer",
        "decline",
        "a.b.c",
        "eyJhbGciOiJub25lIn0.e30.",
    ),
    # Unsigned assertions whose kid, iss, exp or sub is of the wrong type.
    "eyJhbGciOiJSUzI1NiIsImtpZCI6W119.eyJpc3MiOjcsImV4cCI6IngifQ.AAAA",
    "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJodHRwczovL2xvY2FsaG9zdDoxLyIsInN1YiI6W119.AAAA",
)
FIELDS = (
    "code",
    "client_assertion",
    "client_assertion_type",
    "client_secret",
    "refresh_token",
    "device_code",
)
QUERIES = (
    *("api-version", "$filter", "$top", "$skip", "$skiptoken", "$select", "$orderby", "$count"),
    *("$search", "$expand", "format", "server-fqdn", "client_id", "redirect_uri", "state", "otc"),
    *(
        "scope",
        "resource",
        "response_type",
        "response_mode",
        "code_challenge",
        "audience",
        "subject",
    ),
)
EXPRESSIONS = (
    *("displayName eq 'a'", "displayName eq", "(((", "startswith(displayName,", "not (a eq 1)"),
    *("a/any(b:b eq 'c')", "atScope()", "principalId eq ''", "assignedTo('')", "-5", "1000", "id,"),
    *("2020-01-01", "9999-99-99", "2025-09-01-preview", "roleName eq ''", "tagName eq 'a'", "code"),
    *("displayName desc", "true", "members", "members($select=id)", '"displayName:a"', "exec"),
)
HEADERS = (
    *("if-match", "if-none-match", "content-type", "consistencylevel", "prefer", "accept", "host"),
    *("x-ms-client-request-id", "client-request-id", "content-length", "accept-language"),
    *("authorization", "origin"),
)
# What is read in a form of its own, by the name of the header or the query's option.
OWN_FORMS = {
    "authorization": (
        "Basic \xe9",
        "Basic /w==",
        "Basic a",
        "Basic",
        "Bearer a.b.c",
        "Bearer \xe9",
    ),
    "origin": ("http://[", "http://[::1", "null", "https://localhost", "https://localhost:x"),
    "redirect_uri": (
        *("https://[", "http://[::1", "http://localhost:1/\u202e", "http://localhost/?a=b#c"),
        *("urn:a", "javascript:alert(1)", "http://localhost:x/"),
    ),
}
