"""One session from the first message to the last, as each of three editors says of itself what it can do."""

import os
import pathlib
import sys

import pytest
import pytest_lsp
from lsprotocol import types as lsp
from pytest_lsp import ClientServerConfig, LanguageClient, client_capabilities

TEE = [sys.executable, "-B", str(pathlib.Path(__file__).with_name("tee.py"))]
URI = "file:///nowhere/a.quell"
TEXT = """let hosts = (web-1 OR web-2)

## Rotates logs.
suppress a {
  owner = "o"
  reason = "r"
  expires = 2027-01-31
  rules { ruleId:x }
  when { @process.executable.path:/usr/sbin/logrotate @host:x host:$hosts }
}
"""
DOCUMENT = lsp.TextDocumentIdentifier(URI)


@pytest_lsp.fixture(
    params=["visual_studio_code", "neovim@v0.11.0", "emacs"],
    config=ClientServerConfig(server_command=TEE, server_env=dict(os.environ)),
)
async def client(request, lsp_client: LanguageClient):
    """A client that has shaken hands."""
    lsp_client.can = client_capabilities(request.param)

    @lsp_client.feature(lsp.CLIENT_REGISTER_CAPABILITY)
    def registered(_):
        """Whatever the server asks to be told of is granted."""

    result = await lsp_client.initialize_session(
        lsp.InitializeParams(capabilities=lsp_client.can, root_uri="file:///nowhere", workspace_folders=None)
    )
    lsp_client.offers = result.capabilities
    lsp_client.text_document_did_open(
        lsp.DidOpenTextDocumentParams(lsp.TextDocumentItem(URI, "quell", 1, TEXT))
    )
    yield
    await lsp_client.shutdown_session()


async def findings(client):
    """The findings, published or pulled."""
    if client.offers.diagnostic_provider:
        report = await client.text_document_diagnostic_async(lsp.DocumentDiagnosticParams(DOCUMENT))
        return report.items
    await client.wait_for_notification(lsp.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
    return client.diagnostics[URI]


def place(text, after=0):
    """The position of a piece of the text, of ASCII only."""
    before = TEXT[: TEXT.index(text) + after]
    return lsp.Position(before.count("\n"), len(before.rsplit("\n", 1)[-1]))


@pytest.mark.asyncio
async def test_findings_and_fixes(client):
    found = await findings(client)
    wrong = next(one for one in found if one.code == "at-before-tag")
    assert wrong.range == lsp.Range(place("@host:x"), place("@host:x", 5))
    actions = await client.text_document_code_action_async(
        lsp.CodeActionParams(DOCUMENT, wrong.range, lsp.CodeActionContext([wrong]))
    )
    fix = next(action for action in actions if action.title == "remove the `@`")
    assert fix.edit.changes[URI][0].new_text == ""


@pytest.mark.asyncio
async def test_reading(client):
    at = place("@process.executable", 3)
    hover = await client.text_document_hover_async(lsp.HoverParams(DOCUMENT, at))
    assert "@process.executable.path" in hover.contents.value
    symbols = await client.text_document_document_symbol_async(lsp.DocumentSymbolParams(DOCUMENT))
    assert [symbol.name for symbol in symbols] == ["hosts", "a"]
    whole = lsp.Range(lsp.Position(0, 0), lsp.Position(10, 0))
    hints = await client.text_document_inlay_hint_async(lsp.InlayHintParams(DOCUMENT, whole))
    assert "2 values" in [hint.label for hint in hints]
    tokens = await client.text_document_semantic_tokens_full_async(lsp.SemanticTokensParams(DOCUMENT))
    assert tokens.data and len(tokens.data) % 5 == 0
    again = await client.text_document_semantic_tokens_full_delta_async(
        lsp.SemanticTokensDeltaParams(DOCUMENT, tokens.result_id)
    )
    assert not again.edits
    folds = await client.text_document_folding_range_async(lsp.FoldingRangeParams(DOCUMENT))
    assert folds
    ranges = await client.text_document_selection_range_async(lsp.SelectionRangeParams(DOCUMENT, [at]))
    assert ranges[0].parent
    assert not await client.text_document_document_link_async(lsp.DocumentLinkParams(DOCUMENT))


@pytest.mark.asyncio
async def test_names(client):
    at = place("$hosts", 2)
    target = await client.text_document_definition_async(lsp.DefinitionParams(DOCUMENT, at))
    assert target[0].range.start == lsp.Position(0, 4)
    uses = await client.text_document_references_async(
        lsp.ReferenceParams(lsp.ReferenceContext(True), DOCUMENT, at)
    )
    assert len(uses) == 2
    assert len(await client.text_document_document_highlight_async(lsp.DocumentHighlightParams(DOCUMENT, at))) == 2
    edit = await client.text_document_rename_async(lsp.RenameParams(DOCUMENT, at, "fleet"))
    assert len(edit.changes[URI]) == 2
    items = await client.text_document_prepare_call_hierarchy_async(lsp.CallHierarchyPrepareParams(DOCUMENT, at))
    calls = await client.call_hierarchy_incoming_calls_async(lsp.CallHierarchyIncomingCallsParams(items[0]))
    assert [call.from_.name for call in calls] == ["a"]
    found = await client.workspace_symbol_async(lsp.WorkspaceSymbolParams("hosts"))
    assert [symbol.name for symbol in found] == ["hosts"]


@pytest.mark.asyncio
async def test_writing(client):
    client.text_document_did_change(
        lsp.DidChangeTextDocumentParams(
            lsp.VersionedTextDocumentIdentifier(2, URI),
            [
                lsp.TextDocumentContentChangePartial(
                    lsp.Range(place("@host:x"), place("@host:x", 7)), "@process.par"
                )
            ],
        )
    )
    at = place("@host:x", 12)
    offered = await client.text_document_completion_async(lsp.CompletionParams(DOCUMENT, at))
    labels = [item.label for item in offered.items]
    assert "@process.parent.comm" in labels
    item = offered.items[labels.index("@process.parent.comm")]
    resolved = await client.completion_item_resolve_async(item)
    assert "parent" in resolved.documentation.value
    edits = await client.text_document_formatting_async(
        lsp.DocumentFormattingParams(DOCUMENT, lsp.FormattingOptions(2, True))
    )
    assert edits
    with pytest.raises(Exception, match="quell.nope"):
        await client.workspace_execute_command_async(lsp.ExecuteCommandParams("quell.nope"))
    page = await client.workspace_execute_command_async(lsp.ExecuteCommandParams("quell.explain", ["match-all"]))
    assert page.startswith("# match-all")
