from __future__ import annotations

import pytest
from markdown_it import MarkdownIt

from ops.review.comment import LONGEST, comment, marker
from ops.review.markdown import block, code
from ops.review.model import Change, Finding, Grant, Preview
from tests.support.previews import BINDING, CLUSTER, GROUP, PROVIDER, STACK

VIEWER = Grant("namespace/shop", "viewer", "Group", "sg-shop")
OPERATOR = Grant("namespace/shop", "operator", "Group", "sg-shop")

WHOLE = Preview(
    stack="stg",
    counts={"same": 7, "update": 1, "create": 1, "replace": 1},
    changes=(
        Change("update", GROUP, changed=("tags.owner",)),
        Change("create", BINDING),
        Change("replace", CLUSTER, causes=("dnsPrefix",), changed=("dnsPrefix", "tags")),
    ),
    findings=(
        Finding("rbac-no-exec", "advisory", BINDING, "No exec.\nrules[0]: grants exec; remove it"),
        Finding("aks-entra-managed", "mandatory", CLUSTER, "Managed.\naadProfile: set it"),
    ),
    warnings=("break-glass is on until 2026-11-30",),
    access_before=frozenset({VIEWER}),
    access_after=frozenset({OPERATOR}),
)

EXPECTED = """\
<!-- aks-entra preview stg -->
## Preview of `stg`

> **Stop**: the cluster (aks-entra-cluster) would be replaced, because of dnsPrefix.
>
> **Stop**: policies refuse it (1 mandatory violation).

**1 to replace**, **1 to update**, **1 to create**; 7 stay as they are.

### Changes
|  | resource | type | properties |
| --- | --- | --- | --- |
| **replace** | `aks-entra-cluster` | `azure-native:containerservice:ManagedCluster` | \
replaced because of `dnsPrefix` |
| update | `aks-entra-rg` | `azure-native:resources:ResourceGroup` | `tags.owner` |
| create | `shop.shop.viewer.sg-shop` | `kubernetes:rbac.authorization.k8s.io/v1:RoleBinding` |  |

### Access
|  | who | kind | where | role |
| --- | --- | --- | --- | --- |
| **loses** | `sg-shop` | `Group` | `namespace/shop` | `viewer` |
| gains | `sg-shop` | `Group` | `namespace/shop` | `operator` |

### Policies
**mandatory** (1)

- `aks-entra-managed` on `aks-entra-cluster`
  ```text
  Managed.
  aadProfile: set it
  ```

**advisory** (1)

- `rbac-no-exec` on `shop.shop.viewer.sg-shop`
  ```text
  No exec.
  rules[0]: grants exec; remove it
  ```


### Warnings
```text
break-glass is on until 2026-11-30
```
"""


def test_a_comment_tells_all_of_a_preview() -> None:
    assert comment(WHOLE) == EXPECTED


def test_a_comment_begins_with_what_finds_it_again() -> None:
    assert comment(Preview(stack="prd")).startswith(f"{marker('prd')}\n")
    assert marker("prd") != marker("stg")


def test_a_preview_without_changes_says_so() -> None:
    said = comment(Preview(stack="dev", counts={"same": 40}, access_after=frozenset()))
    assert "**No changes**; 40 stay as they are." in said
    assert "Nobody gains or loses any." in said
    assert "No policy objects." in said
    assert "### Changes" not in said


def test_a_first_preview_gives_access_to_everybody_named() -> None:
    said = comment(Preview(access_after=frozenset({VIEWER})))
    assert "| gains | `sg-shop` |" in said
    assert "loses" not in said


def test_access_that_is_not_known_is_not_shown() -> None:
    assert "### Access" not in comment(Preview(access_before=frozenset({VIEWER})))
    assert "### Access" not in comment(Preview(complete=False, access_after=frozenset({VIEWER})))


def test_a_failed_preview_shows_its_errors_first() -> None:
    said = comment(Preview(stack="dev", errors=("no group `sg-x`", "second")))
    assert "> **The preview failed**" in said
    assert said.index("### Errors") < said.index("### Policies")
    assert "no group `sg-x`\n\nsecond" in said
    assert "No policy spoke before it failed." in said


def test_a_replacement_without_a_cause_says_that() -> None:
    said = comment(Preview(changes=(Change("replace", PROVIDER),)))
    assert "replaced; the preview gives no cause" in said


def test_a_digest_says_that_it_has_no_policies() -> None:
    said = comment(Preview(judged=False))
    assert "PULUMI_ENABLE_STREAMING_JSON_PREVIEW" in said
    assert "No policy objects" not in said


def test_counts_stand_in_for_changes_that_are_not_named() -> None:
    said = comment(Preview(complete=False, counts={"create": 3, "same": 1}))
    assert "**3 to create**; 1 stay as they are." in said


def test_a_long_comment_is_cut_and_says_so() -> None:
    changes = tuple(Change("create", f"{STACK}{number}") for number in range(3000))
    said = comment(Preview(stack="dev", changes=changes))
    assert len(said) == LONGEST
    assert said.endswith("the job's log has all of it.*\n")


HOSTILE = [
    "</details><script>alert(1)</script>",
    "@everyone # heading [link](https://example.com)",
    "a|b||c",
    "``` ```` `x` ```",
    "line\n\n# not a heading\n```\n<b>",
    "`",
    "-->",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_text_of_others_stays_text(text: str) -> None:
    preview = Preview(
        stack="stg",
        changes=(Change("update", f"{STACK}{text}", changed=(text,)),),
        findings=(Finding(text, "advisory", f"x::{text}", text),),
        errors=(text,),
        warnings=(text,),
        access_after=frozenset({Grant(text, text, text, text)}),
    )
    parser = MarkdownIt("commonmark").enable("table")
    tokens = parser.parse(comment(preview))
    raw = [token.content for token in tokens if token.type == "html_block"]
    assert raw == [f"{marker('stg')}\n"]
    inline = [child for token in tokens for child in token.children or []]
    assert not {child.type for child in inline} & {"html_inline", "link_open", "image"}
    headings = [token for token in tokens if token.type == "heading_open"]
    assert len(headings) == 6, "the title, errors, changes, access, policies and warnings"
    rows = [token for token in tokens if token.type == "tr_open"]
    assert len(rows) == 4


def test_code_keeps_its_backticks() -> None:
    assert code("a") == "`a`"
    assert code("`a") == "`` `a ``"
    assert code("a\nb") == "`a b`"
    assert block("a") == ["```text", "a", "```"]
    assert block("````") == ["`````text", "````", "`````"]
