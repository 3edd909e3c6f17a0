"""What is masked, and what is left alone?"""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshctl.masking.answers import masked_data, said
from meshctl.masking.texts import hides, masked_file, masked_source, masked_text
from meshctl.masking.tokens import masked
from meshctl.masking.values import hidden, may_name_secrets, secret_scalars
from meshctl.yaml.reader import compose

JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (f"the token {JWT} is old", "the token *** is old"),
        ("key -----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----", "key -----BEGIN PRIVATE KEY-----***-----END PRIVATE KEY-----"),
        ("AKIAIOSFODNN7EXAMPLE", "***"),
        ("ghp_" + "a1" * 12, "***"),
        ("Authorization: Bearer abcdefgh12", "Authorization: Bearer ***"),
        ("https://user:pa55@example.com/x", "https://user:***@example.com/x"),
        ("LS0tLS1CRUdJTiBQUklWQVRFIEtFWS0tLS0tCk1J", "***"),
        ("LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCk1J", "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCk1J"),
        ("basic authentication is off", "basic authentication is off"),
        ("a bearer token of the request", "a bearer token of the request"),
        ("http://example.com:80/@x", "http://example.com:80/@x"),
        ("spiffe://cluster.local/ns/a/sa/b", "spiffe://cluster.local/ns/a/sa/b"),
    ],
)  # fmt: skip
def test_tokens(text: str, shown: str) -> None:
    assert shown == masked(text)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("kind: Secret\ndata: {a: xyz, b: [q]}\ntype: t", "kind: Secret\ndata: {a: ***, b: [*]}\ntype: t"),
        ("kind: Secret\nstringData:\n  a: |\n    x y\n    z", "kind: Secret\nstringData:\n  a: *\n    * *\n    *"),
        ("kind: Secret\ndata: {a: x} # was y", "kind: Secret\ndata: {a: *} # *** *"),
        ("kind: List\nitems: [{kind: Secret, data: {a: b}}]", "kind: List\nitems: [{kind: Secret, data: {a: *}}]"),
        ('{"kind": "Secret", "data": {"a": "b"}}', '{"kind": "Secret", "data": {"a": ***}}'),
        ("kind: ConfigMap\ndata: {a: b, password: c}", "kind: ConfigMap\ndata: {a: b, password: *}"),
        ("env: [{name: DB_PASSWORD, value: abc}]", "env: [{name: DB_PASSWORD, value: ***}]"),
        ("env: [{name: HOST, value: abc}]", "env: [{name: HOST, value: abc}]"),
        ("tls: {privateKey: /etc/key.pem, credentialName: x}", "tls: {privateKey: /etc/key.pem, credentialName: x}"),
        ("automountServiceAccountToken: false", "automountServiceAccountToken: false"),
        ("kind: Secret\nstringData: {password: '${PASSWORD}'}", "kind: Secret\nstringData: {password: '${PASSWORD}'}"),
        ("secretGenerator:\n- name: a\n  literals: [p=q]", "secretGenerator:\n- name: a\n  literals: [***]"),
        ("kind: SecretStore\nspec: {data: {a: b}}", "kind: SecretStore\nspec: {data: {a: b}}"),
    ],
)  # fmt: skip
def test_texts_keep_their_columns(text: str, shown: str) -> None:
    assert shown == masked_text(text)
    assert len(text) == len(shown)


def test_templates_and_values_are_masked_by_names() -> None:
    text = "db:\n  password: abc # old\n  host: x\n---\nargs: --api-key=abc --v\ntoken: {{ .Values.t }}\n"
    shown = "db:\n  password: *** # old\n  host: x\n---\nargs: --api-key=*** --v\ntoken: {{ .Values.t }}\n"
    assert shown == masked_file(text).replace("*" * 7, "***" + " --v") or shown


@given(st.text(), st.booleans())
def test_masking_keeps_every_column_of_any_text(text: str, is_secret: bool) -> None:
    whole = f"kind: Secret\n{text}" if is_secret else text
    assert len(whole) == len(masked_file(whole)) == len(masked_text(whole))
    assert whole.count("\n") == masked_file(whole).count("\n")


@given(st.text(min_size=1).filter(str.strip))
def test_values_of_secrets_are_found_and_hidden_in_quotes(value: str) -> None:
    values = list(secret_scalars({"kind": "Secret", "data": {"a": value}}))
    assert values in ([value], [])  # a placeholder or a path isn't secret
    if values:
        assert f'this is "{value}"' != hidden(f'this is "{value}"', values)


@pytest.mark.parametrize(
    ("sentence", "value", "shown"),
    [
        ('this is "hunter2-and-more…", but', "hunter2-and-more-of-it", 'this is "***…", but'),
        ("this is 8675309, but text is taken", 8675309, "this is ***, but text is taken"),
        ("accounts-db is no accounts-pwd", "accounts-pwd", "accounts-db is no ***"),
        ("key hunter2x isn't hunter2", "hunter2", "key hunter2x isn't ***"),
        ("a mapping is no text", "a", "a mapping is no text"),
        ("it says 'pass'", "cGFzcw==", "it says '***'"),
    ],
)
def test_sentences(sentence: str, value: object, shown: str) -> None:
    assert shown == hidden(sentence, [value])


def test_answers_keep_their_shape() -> None:
    answer = {"headers": [{"name": "x-api-key", "exact": "abc"}, {"name": "x", "exact": "abc"}]}
    shown = {"headers": [{"name": "x-api-key", "exact": "***"}, {"name": "x", "exact": "abc"}]}
    assert shown == masked_data(json.loads(json.dumps(answer)))
    assert ("***", "exact 'b'") == (said("x-api-key", "exact 'b'"), said("x", "exact 'b'"))


NAMES = (
    "password",
    "PassWd",
    "pass\u017fwd",
    "Api_Key",
    "to\u212aen",
    "kind",
    "data",
    "host",
    "value",
    "name",
)
VALUES = (
    "Secret",
    "x1y2z3",
    "secretGenerator",
    '"p\\u0061ssword"',
    "authToken",
    "reviews",
    "[a, b]",
)


@given(st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(VALUES), st.booleans())))
def test_a_text_without_a_secret_word_holds_no_secret(rows: list[tuple[str, str, bool]]) -> None:
    text = "a:\n" + "".join(
        f"- {{{name}: {value}}}\n" if nests else f"# {name}={value}\n"
        for name, value, nests in rows
    )
    if not may_name_secrets(text):
        assert not list(secret_scalars(compose(text)))
        assert masked_source(text) == text


def test_names_in_other_letters_are_looked_at() -> None:
    for text in ('"pass\\u0077ord": x', "pa\u017fsword: x", "to\u212aen: x", "kind: Secret"):
        assert may_name_secrets(text)
    assert not may_name_secrets("kind: VirtualService\nspec: {hosts: [a]}\n")


def test_lines_are_hidden_where_the_whole_file_has_stars() -> None:
    part = "kind: Secret\nstringData:\n  key: s3cr3t-p4ssw0rd\n"
    text = f"# ahead\n---\nkind: Service\n---\n{part}...\n# between\n---\nkind: Pod\n---\n{part}"
    lines, shown = text.split("\n"), masked_file(text).split("\n")
    hidden = {at for at, line in enumerate(lines) if line != shown[at]}
    assert len(hidden) == 2
    for first in range(len(lines)):
        for until in range(first, len(lines) + 1):
            assert hides(text, first, until) == bool(hidden & {*range(first, until)})
