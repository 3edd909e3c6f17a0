"""A session as pytest-lsp has it, a client that is none of ours: it checks each message by the protocol."""

import asyncio
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from lsprotocol import types

pytest_lsp = pytest.importorskip("pytest_lsp", reason="pytest-lsp is in the group test")

SERVICE = """\
apiVersion: v1
kind: Service
metadata: {name: bakery, namespace: town}
spec:
  selector: {app: bakery}
  ports: [{name: http, port: 80}]
"""
ROUTES = """\
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: bakery, namespace: town}
spec:
  hosts: [bakery]
  http:
    - timeOut: 5s
      route: [{destination: {host: bakery}}]
"""
HOST = types.Position(7, 39)
"""Inside the host of the destination."""
SECONDS = 60


async def opened(client: "pytest_lsp.LanguageClient", root: Path) -> str:
    """Open the routes, and wait for their findings."""
    uri = (root / "routes.yaml").as_uri()
    client.text_document_did_open(
        types.DidOpenTextDocumentParams(types.TextDocumentItem(uri, "yaml", 1, ROUTES))
    )
    while not client.diagnostics.get(uri):
        await asyncio.wait_for(
            client.wait_for_notification("textDocument/publishDiagnostics"), SECONDS
        )
    return uri


def make_client() -> "pytest_lsp.LanguageClient":
    made = pytest_lsp.make_test_lsp_client()

    @made.feature(types.CLIENT_REGISTER_CAPABILITY)
    def _watch(_asked: types.RegistrationParams) -> None:
        """Files that change are watched, or not: no test waits for that."""

    return made


@pytest_lsp.fixture(
    config=pytest_lsp.ClientServerConfig(
        server_command=[sys.executable, "-m", "meshctl", "lsp"], client_factory=make_client
    )
)
async def client(lsp_client: "pytest_lsp.LanguageClient", tmp_path: Path) -> AsyncIterator[None]:
    (tmp_path / "service.yaml").write_text(SERVICE)
    (tmp_path / "routes.yaml").write_text(ROUTES)
    folder = types.WorkspaceFolder(tmp_path.as_uri(), tmp_path.name)
    capabilities = pytest_lsp.client_capabilities("visual-studio-code")
    await lsp_client.initialize_session(
        types.InitializeParams(capabilities, workspace_folders=[folder], root_uri=folder.uri)
    )
    yield
    await lsp_client.shutdown_session()


@pytest.mark.asyncio
async def test_the_way_from_a_finding_to_its_end(
    client: "pytest_lsp.LanguageClient", tmp_path: Path
) -> None:
    uri = await opened(client, tmp_path)
    document = types.TextDocumentIdentifier(uri)
    (found,) = client.diagnostics[uri]
    assert ("schema/unknown-field", "meshctl") == (found.code, found.source)
    assert types.Range(types.Position(6, 6), types.Position(6, 13)) == found.range

    hover = await client.text_document_hover_async(types.HoverParams(document, HOST))
    assert isinstance(hover.contents, types.MarkupContent)
    assert "Service town/bakery" in hover.contents.value

    said = await client.text_document_completion_async(types.CompletionParams(document, HOST))
    items = said.items if isinstance(said, types.CompletionList) else said
    assert "bakery" in [one.label for one in items]

    leads = await client.text_document_definition_async(types.DefinitionParams(document, HOST))
    assert [(tmp_path / "service.yaml").as_uri()] == [one.uri for one in leads]

    actions = await client.text_document_code_action_async(
        types.CodeActionParams(document, found.range, types.CodeActionContext([found]))
    )
    mends = next(one for one in actions if one.is_preferred)
    (edit,) = mends.edit.changes[uri]
    assert ("timeout", found.range) == (edit.new_text, edit.range)

    mended = types.TextDocumentContentChangeWholeDocument(ROUTES.replace("timeOut", "timeout"))
    client.text_document_did_change(
        types.DidChangeTextDocumentParams(types.VersionedTextDocumentIdentifier(2, uri), [mended])
    )
    while client.diagnostics[uri]:
        await asyncio.wait_for(
            client.wait_for_notification("textDocument/publishDiagnostics"), SECONDS
        )
