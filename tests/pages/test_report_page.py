"""Does the page of ``analyze`` show, filter, link and print findings, and stay what was written?"""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

BROKEN = """\
apiVersion: v1
kind: Namespace
metadata: {name: shop, labels: {istio-injection: enabled}}
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: till, namespace: shop}
spec:
  hosts: [till]
  http:
    - name: everything
      route:
        - destination: {host: till}
    - name: api
      match:
        - uri: {prefix: /api}
      timeout: 2s
      route:
        - destination: {host: till}
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: outside, namespace: front}
spec:
  hosts: [till.example.com]
  gateways: [door]
  http:
    - match:
        - uri: {prefix: /api}
      route:
        - destination: {host: till.shop.svc.cluster.local, subset: v2}
    - match:
        - uri: {prefix: /api/v1}
      route:
        - destination: {host: till.shop.svc.cluster.local}
---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: door, namespace: front}
spec:
  selector: {app: door}
  servers:
    - port: {number: 443, name: https, protocol: HTTPS}
      hosts: ["till.example.com"]
      tls: {mode: SIMPLE, credentialName: till}
    - port: {number: 443, name: tcp, protocol: TCP}
      hosts: ["*"]
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: door, namespace: front, labels: {app: door}}
spec:
  selector: {matchLabels: {app: door}}
  template:
    metadata: {labels: {app: door, istio: ingressgateway}}
    spec: {containers: [{name: istio-proxy, image: auto}]}
---
apiVersion: v1
kind: Service
metadata: {name: till, namespace: shop}
spec: {selector: {app: till}, ports: [{name: http, port: 80}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: till, namespace: shop}
spec:
  selector: {matchLabels: {app: till}}
  template:
    metadata: {labels: {app: till}}
    spec: {containers: [{name: till, image: till}]}
---
apiVersion: v1
kind: Service
metadata: {name: safe, namespace: shop}
spec: {selector: {app: safe}, ports: [{name: http, port: 80}]}
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: safe, namespace: shop}
spec:
  hosts: [safe]
  http:
    - route:
        - destination: {host: safe}
    - route:
        - destination: {host: safe}
"""
PLAINTEXT = """\
---
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: {name: default, namespace: shop}
spec: {mtls: {mode: STRICT}}
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: till, namespace: shop}
spec: {host: till, trafficPolicy: {tls: {mode: DISABLE}}}
"""
HOSTILE = r"""
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: "</script><script>alert(1)</script>"
  namespace: "\"><img src=x onerror=alert(2)>"
spec:
  hosts: ["</style><svg onload=alert(3)>", "javascript:alert(4)", "a\u202eb"]
  http:
    - name: "</pre></details><iframe src=//x.example>"
      route:
        - destination: {host: "<b>bold</b>"}
    - name: "' onmouseover=alert(5) x='"
      route:
        - destination: {host: "<b>bold</b>", subset: "${alert(6)}<!--"}
"""


def page_of(folder: Path, *arguments: str, **files: str) -> Path:
    """Run meshctl on files, and give the page it wrote."""
    for name, text in files.items():
        (folder / f"{name}.yaml").write_text(text)
    page = folder / "page.html"
    done = subprocess.run(
        [sys.executable, "-m", "meshctl", *arguments], cwd=folder, capture_output=True, check=False
    )
    assert done.returncode in {0, 1}, done.stderr.decode()
    if not page.exists():
        page.write_bytes(done.stdout)
    return page


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("report")
    arguments = ("analyze", ".", "-O", "html=page.html", "--config", "meshctl.yml")
    (folder / "meshctl.yml").write_text(
        "ownership: {teams: [{name: tills, namespaces: [shop]}, {name: doors, namespaces: [front]}]}\n"
    )
    return page_of(folder, *arguments, shop=BROKEN)


def test_a_report_has_counts_findings_and_the_mesh_around_them(tab: Any, report: Path) -> None:
    page = tab.open(report)
    findings = tab.shown(".findings > li")
    assert findings >= 3
    assert f"{findings} of {findings} findings" == page.locator("form output").inner_text()
    counts = [int(text) for text in page.locator(".counts b").all_inner_texts()]
    assert findings == sum(counts)
    assert page.locator("#tls table tbody tr").count() >= 4
    assert "till.example.com" in page.locator("#routes").inner_text()
    assert tab.is_quiet()


def test_a_finding_shows_both_places_the_effect_and_the_fix(tab: Any, report: Path) -> None:
    page = tab.open(report)
    item = page.locator(".findings > li[data-rule='virtual-service/catch-all-not-last']").first
    item.locator("summary").click()
    text = item.inner_text()
    assert item.locator("pre.frame").first.is_visible()
    assert "name: everything" in text
    assert "^^^^" in text
    assert "Fix:" in text
    assert item.locator(".effect").inner_text()
    two = page.locator(".findings > li:has(pre.also)").first
    assert "----" in two.locator("pre.also").first.text_content()


def test_filters_narrow_and_stay_in_the_address(tab: Any, report: Path) -> None:
    page = tab.open(report)
    everything = tab.shown(".findings > li")
    page.locator("input[name=severity][value=error]").check()
    errors = tab.shown(".findings > li")
    assert 0 < errors < everything
    assert errors == int(page.locator(".counts .error b").inner_text())
    page.locator("select[name=team]").select_option("doors")
    assert 0 < tab.shown(".findings > li") < errors
    assert {"front"} == set(
        page.locator(".findings > li:visible").evaluate_all("all => all.map(x => x.dataset.namespace)")
    )  # fmt: skip
    address = page.url
    assert address.endswith("#severity=error&team=doors")
    narrowed = tab.shown(".findings > li")
    page.goto("about:blank")
    page.goto(address)
    assert (narrowed, "doors") == (
        tab.shown(".findings > li"),
        page.locator("select[name=team]").input_value(),
    )
    page.get_by_role("button", name="Show all").click()
    page.wait_for_function("document.querySelectorAll('.findings > li[hidden]').length === 0")
    assert everything == tab.shown(".findings > li")


def test_a_rule_a_namespace_and_words_filter(tab: Any, report: Path) -> None:
    page = tab.open(report)
    page.locator("select[name=rule]").select_option("virtual-service/rule-shadowed")
    assert tab.shown(".findings > li") == 1
    page.locator("select[name=rule]").select_option("")
    page.locator("select[name=namespace]").select_option("front")
    assert tab.shown(".findings > li[data-namespace=shop]") == 0
    assert tab.shown("#tls-rows tr[data-namespace=shop]") == 0
    routes = tab.shown("#routes-0 tr")
    page.locator("select[name=namespace]").select_option("shop")
    assert (routes > 0, tab.shown("#routes-0 tr")) == (True, 0)
    page.locator("select[name=namespace]").select_option("")
    page.locator("input[name=text]").fill("everything ISTIOD")
    assert tab.shown(".findings > li") >= 1
    page.locator("input[name=text]").fill("no such words")
    assert tab.shown(".findings > li") == 0


def test_sorting_puts_errors_first_and_place_restores(tab: Any, report: Path) -> None:
    page = tab.open(report)
    ids = "all => all.map(x => x.id)"
    first = page.locator(".findings > li").evaluate_all(ids)
    page.locator("select[name=sort]").select_option("rank")
    ranks = page.locator(".findings > li").evaluate_all("all => all.map(x => x.dataset.rank)")
    assert sorted(ranks) == ranks
    page.locator("select[name=sort]").select_option("")
    assert first == page.locator(".findings > li").evaluate_all(ids)


def test_a_permalink_opens_its_finding_even_past_a_filter(tab: Any, report: Path) -> None:
    page = tab.open(report)
    last = page.locator(".findings > li").last
    link = last.get_attribute("id")
    page = tab.open(report, f"#{link}")
    assert page.locator(f"#{link} details").get_attribute("open") == ""
    assert page.locator(f"#{link} summary").evaluate("one => one === document.activeElement")
    page.locator("input[name=text]").fill("no such words")
    page.evaluate(f"location.hash = '{link}'")
    page.wait_for_selector(f"#{link}:visible")


def test_the_keyboard_does_everything(tab: Any, report: Path) -> None:
    page = tab.open(report)
    page.keyboard.press("/")
    page.keyboard.type("catch")
    assert "text=catch" in page.url
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    assert tab.shown(".findings details[open] pre.frame") >= 1
    page.keyboard.press("/")
    assert page.locator("input[name=text]").evaluate("one => one === document.activeElement")
    tab.open(report).keyboard.press("Tab")
    assert "Skip to the content" == page.evaluate("document.activeElement.textContent")


def test_print_shows_all_details_of_what_is_filtered(tab: Any, report: Path) -> None:
    page = tab.open(report)
    page.locator("input[name=severity][value=error]").check()
    errors = tab.shown(".findings > li")
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert errors == tab.shown(".findings details[open]")
    assert tab.shown("form.filters") == 0
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.locator(".findings details[open]").count() == 0


def test_dark_and_light_differ_and_both_can_be_read(browser: Any, report: Path) -> None:
    colours = []
    for scheme in ("light", "dark"):
        page = browser.new_page(color_scheme=scheme)
        page.goto(report.as_uri())
        colours.append(page.evaluate(
            "['backgroundColor', 'color'].map(x => getComputedStyle(document.body)[x])"
        ))  # fmt: skip
        page.close()
    assert [contrast(*pair) >= 7 for pair in colours] == [True, True]
    assert colours[0] != colours[1]


def contrast(one: str, other: str) -> float:
    """The contrast of two colours as WCAG 2 counts it, 1 to 21."""
    light, dark = sorted(map(luminance, (one, other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    parts = [int(one) / 255 for one in colour[4:-1].split(",")]
    linear = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_without_scripts_everything_is_there(browser: Any, report: Path) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(report.as_uri())
    page.locator("summary").first.click()
    assert page.locator("pre.frame").first.is_visible()
    assert page.locator("form.filters").is_hidden()
    context.close()


@pytest.mark.parametrize(
    "command", [("analyze",), ("tls-check",), ("size",)], ids=lambda one: one[0]
)
def test_hostile_names_stay_text(tab: Any, tmp_path: Path, command: tuple[str, ...]) -> None:
    page = tab.open(page_of(tmp_path, *command, ".", "-o", "html", shop=BROKEN, odd=HOSTILE))
    foreign = "main img, main iframe, main b:text-is('bold'), main svg[onload], main script"
    assert page.locator(foreign).count() == 0
    assert page.evaluate(
        "[...document.querySelectorAll('*')].every(x => "
        "[...x.attributes].every(a => !a.name.startsWith('on') && a.name !== 'style'))"
    )
    assert tab.is_quiet()
    if command == ("analyze",):
        assert "</script><script>alert(1)</script>" in page.locator("main").inner_text()


def test_the_policy_stops_what_would_slip_through(tab: Any, report: Path, tmp_path: Path) -> None:
    """Were markup to get in somewhere, it would neither run nor load anything."""
    broken = tmp_path / "broken.html"
    attack = "<img src='http://127.0.0.1:9/x' onerror='document.title=1'><script>document.title=2</script>"
    broken.write_text(report.read_text().replace("<main", f"{attack}<main"))
    page = tab.open(broken)
    assert page.title() == "meshctl report"
    assert len([one for one in tab.complaints if "Content Security Policy" in one]) >= 2


def test_a_change_shows_how_requests_were_and_are(tab: Any, tmp_path: Path) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    old.mkdir()
    new.mkdir()
    (old / "shop.yaml").write_text(BROKEN)
    (new / "shop.yaml").write_text(BROKEN.replace("protocol: TCP", "protocol: HTTPS"))
    page = tab.open(page_of(tmp_path, "diff", "old", "new", "-o", "html"))
    assert page.locator("h1").inner_text() == "What the change does"
    assert "1 object changed" in page.locator("header").inner_text()
    assert page.locator("#objects tbody tr").count() == 1
    assert tab.is_quiet()


def test_tls_has_conflicts_a_matrix_and_connections_to_filter(tab: Any, tmp_path: Path) -> None:
    page = tab.open(page_of(tmp_path, "tls-check", ".", "-o", "html", shop=BROKEN + PLAINTEXT))
    assert "conflict" in page.locator("#conflicts").inner_text()
    assert page.locator("#matrix td.bad").count() >= 1
    everything = tab.shown("#rows tr")
    page.locator("input[name=result][value=conflict]").check()
    conflicts = tab.shown("#rows tr")
    assert 0 < conflicts < everything
    assert f"{conflicts} of {everything} connections" == page.locator("form output").inner_text()
    assert tab.is_quiet()


def test_sizes_have_the_plot_and_workloads_to_filter(tab: Any, tmp_path: Path) -> None:
    page = tab.open(page_of(tmp_path, "size", ".", "-o", "html", shop=BROKEN))
    assert page.locator(".plot svg circle").count() >= 1
    page.locator("input[name=text]").fill("shop/till")
    assert 1 == tab.shown("#proxies tr")
    assert tab.is_quiet()


def test_a_name_of_any_length_stays_inside_the_page(tab: Any, tmp_path: Path) -> None:
    name = "a" * 10_000
    file = tmp_path / "long.yaml"
    file.write_text(
        f"apiVersion: v1\nkind: Service\nmetadata: {{name: {name}, namespace: shop}}\n"
        "spec: {selector: {app: a}, ports: [{port: 80}]}\n---\napiVersion: apps/v1\nkind: Deployment\n"
        f"metadata: {{name: {name}, namespace: shop}}\nspec: {{selector: {{matchLabels: {{app: a}}}}, "
        "template: {metadata: {labels: {app: a}}, spec: {containers: [{name: a, image: a}]}}}\n"
    )
    for command in (["analyze", "-o", "html"], ["tls-check", "-o", "html"]):
        page = tmp_path / f"{command[0]}.html"
        made = subprocess.run(
            [sys.executable, "-m", "meshctl", *command, str(file)], capture_output=True, check=False
        )
        page.write_bytes(made.stdout)
        tab.open(page)
        wide = tab.page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        assert wide[0] <= wide[1]
        assert tab.is_quiet()
