//! What each request is answered with: the feature is asked, and its answer put into the protocol's types.

use quell::diag::Edit;
use serde::{Deserialize, Serialize};
use serde_json::json;
use tower_lsp::jsonrpc::{Error, ErrorCode, Result};
use tower_lsp::lsp_types as lsp;

use crate::ide::lenses::Action;
use crate::ide::names::RenameError;
use crate::ide::structure::{FoldKind, Target};
use crate::ide::symbols::Entry;
use crate::ide::{FileId, actions, calls, completion, hints, hover, layout, lenses, names, structure, symbols};
use crate::server::view::View;
use crate::server::{commands, to_proto, trials};

/// The most symbols of a workspace that are told at once.
const MOST_SYMBOLS: usize = 512;

/// What a completion is resolved by.
#[derive(Serialize, Deserialize)]
pub(super) struct CompletionData {
    pub(super) uri: lsp::Url,
    kind: String,
    label: String,
}

/// What a code action is resolved by.
#[derive(Serialize, Deserialize)]
pub(super) struct ActionData {
    pub(super) uri: lsp::Url,
}

/// A text in Markdown, or what can be read of it without.
fn markdown(view: View<'_>, value: String) -> lsp::MarkupContent {
    if view.session.client.markdown {
        return lsp::MarkupContent { kind: lsp::MarkupKind::Markdown, value };
    }
    let value = value.replace("```quell\n", "").replace("```\n", "").replace("**", "").replace('`', "");
    lsp::MarkupContent { kind: lsp::MarkupKind::PlainText, value }
}

pub(super) fn completion(view: View<'_>, params: &lsp::CompletionParams) -> lsp::CompletionResponse {
    let snippets = view.session.client.snippets;
    let at = params.text_document_position.position;
    let found = completion::complete(view.project, view.file(), view.offset(at), snippets);
    let range = view.range(found.replaced);
    let uri = &params.text_document_position.text_document.uri;
    let items = found.items.into_iter().enumerate().map(|(number, item)| {
        let data = CompletionData { uri: uri.clone(), kind: item.kind.name().to_owned(), label: item.label.clone() };
        lsp::CompletionItem {
            kind: Some(completion_kind(item.kind)),
            detail: (!item.detail.is_empty()).then_some(item.detail),
            sort_text: Some(format!("{number:04}")),
            // What stands in the range is compared with the label: with a text of its own for that, Neovim before 0.10
            // takes the last word before the cursor for the range, and drops every attribute.
            filter_text: None,
            insert_text_format: item.snippet.then_some(lsp::InsertTextFormat::SNIPPET),
            text_edit: Some(lsp::CompletionTextEdit::Edit(lsp::TextEdit::new(range, item.text))),
            command: (item.continues && view.session.client.suggests).then(|| lsp::Command {
                title: "what comes next".to_owned(),
                command: "editor.action.triggerSuggest".to_owned(),
                arguments: None,
            }),
            data: item.documented.then(|| serde_json::to_value(data).unwrap_or_default()),
            label: item.label,
            ..lsp::CompletionItem::default()
        }
    });
    // What is offered depends on the letters, so that editors ask again.
    lsp::CompletionResponse::List(lsp::CompletionList { is_incomplete: true, items: items.collect() })
}

fn completion_kind(kind: completion::Kind) -> lsp::CompletionItemKind {
    match kind {
        completion::Kind::Keyword => lsp::CompletionItemKind::KEYWORD,
        completion::Kind::Snippet => lsp::CompletionItemKind::SNIPPET,
        completion::Kind::Field => lsp::CompletionItemKind::FIELD,
        completion::Kind::Attribute => lsp::CompletionItemKind::PROPERTY,
        completion::Kind::Tag => lsp::CompletionItemKind::ENUM_MEMBER,
        completion::Kind::Value => lsp::CompletionItemKind::VALUE,
        completion::Kind::Let => lsp::CompletionItemKind::VARIABLE,
        completion::Kind::Rule => lsp::CompletionItemKind::CLASS,
        completion::Kind::File => lsp::CompletionItemKind::FILE,
        completion::Kind::Lint => lsp::CompletionItemKind::CONSTANT,
    }
}

pub(super) fn completion_resolve(
    view: View<'_>,
    mut item: lsp::CompletionItem,
    data: &CompletionData,
) -> lsp::CompletionItem {
    let schema = view.project.schema(view.file());
    let text = completion::documentation(schema, &data.kind, &data.label);
    item.documentation = text.map(|text| lsp::Documentation::MarkupContent(markdown(view, text)));
    item
}

pub(super) fn hover(view: View<'_>, at: lsp::Position) -> Option<lsp::Hover> {
    let found = hover::hover(view.project, view.file(), view.offset(at))?;
    let range = Some(view.range(found.span));
    Some(lsp::Hover { contents: lsp::HoverContents::Markup(markdown(view, found.markdown)), range })
}

pub(super) fn definition(view: View<'_>, at: lsp::Position) -> Option<lsp::GotoDefinitionResponse> {
    let found = names::symbol_at(view.project, view.file(), view.offset(at))?;
    let places = names::declarations(view.project, &found.symbol, view.file());
    let locations: Vec<_> = places.iter().filter_map(|place| view.location(place.file, place.span)).collect();
    (!locations.is_empty()).then_some(lsp::GotoDefinitionResponse::Array(locations))
}

pub(super) fn references(view: View<'_>, at: lsp::Position, declarations: bool) -> Option<Vec<lsp::Location>> {
    let found = names::symbol_at(view.project, view.file(), view.offset(at))?;
    let places = names::occurrences(view.project, &found.symbol, view.file());
    let wanted = places.iter().filter(|place| declarations || !place.declares);
    Some(wanted.filter_map(|place| view.location(place.file, place.span)).collect())
}

pub(super) fn highlight(view: View<'_>, at: lsp::Position) -> Option<Vec<lsp::DocumentHighlight>> {
    let found = names::symbol_at(view.project, view.file(), view.offset(at))?;
    let places = names::occurrences(view.project, &found.symbol, view.file());
    let own = places.iter().filter(|place| place.file == view.file());
    let highlights = own.map(|place| lsp::DocumentHighlight {
        range: view.range(place.span),
        kind: Some(if place.declares { lsp::DocumentHighlightKind::WRITE } else { lsp::DocumentHighlightKind::READ }),
    });
    Some(highlights.collect())
}

fn cannot(error: RenameError) -> Error {
    let message = match error {
        RenameError::NotAName => "there is no name here that the program declares",
        RenameError::Invalid => "this is not a name: letters, digits, `-` and `_`, a letter first",
        RenameError::Taken => "the name is taken",
    };
    Error { code: ErrorCode::ServerError(-32803), message: message.into(), data: None }
}

pub(super) fn prepare_rename(view: View<'_>, at: lsp::Position) -> Result<lsp::PrepareRenameResponse> {
    let found = names::prepare_rename(view.project, view.file(), view.offset(at)).map_err(cannot)?;
    let placeholder = view.document.slice(found.span);
    Ok(lsp::PrepareRenameResponse::RangeWithPlaceholder { range: view.range(found.span), placeholder })
}

pub(super) fn rename(view: View<'_>, at: lsp::Position, new: &str) -> Result<lsp::WorkspaceEdit> {
    let new = new.trim_start_matches(['$', '@']);
    let places = names::rename(view.project, view.file(), view.offset(at), new).map_err(cannot)?;
    let edits = places.into_iter().map(|place| (place.file, Edit { span: place.span, text: new.to_owned() }));
    Ok(view.workspace_edit(edits))
}

fn symbol_kind(kind: symbols::Kind) -> lsp::SymbolKind {
    match kind {
        symbols::Kind::Suppress | symbols::Kind::Require => lsp::SymbolKind::CLASS,
        symbols::Kind::Let => lsp::SymbolKind::VARIABLE,
        symbols::Kind::Attribute => lsp::SymbolKind::PROPERTY,
        symbols::Kind::Tag => lsp::SymbolKind::ENUM_MEMBER,
        symbols::Kind::Test => lsp::SymbolKind::METHOD,
        symbols::Kind::Import => lsp::SymbolKind::MODULE,
    }
}

#[allow(deprecated, reason = "the field must be filled in, and says nothing")]
pub(super) fn document_symbols(view: View<'_>) -> lsp::DocumentSymbolResponse {
    let found = symbols::document(view.project, view.file()).into_iter();
    lsp::DocumentSymbolResponse::Nested(
        found
            .map(|Entry { name, kind, full, span }| lsp::DocumentSymbol {
                name,
                detail: Some(kind.name().to_owned()),
                kind: symbol_kind(kind),
                tags: None,
                deprecated: None,
                range: view.range(full.to(span)),
                selection_range: view.range(span),
                children: None,
            })
            .collect(),
    )
}

#[allow(deprecated, reason = "the field must be filled in, and says nothing")]
pub(super) fn workspace_symbols(views: &[View<'_>], query: &str) -> Vec<lsp::SymbolInformation> {
    let mut found = Vec::new();
    for view in views {
        for (file, Entry { name, kind, span, .. }) in symbols::workspace(view.project, query, MOST_SYMBOLS) {
            let Some(location) = view.location(file, span) else { continue };
            let kind = symbol_kind(kind);
            found.push(lsp::SymbolInformation {
                name,
                kind,
                tags: None,
                deprecated: None,
                location,
                container_name: None,
            });
        }
    }
    found.truncate(MOST_SYMBOLS);
    found
}

pub(super) fn code_actions(view: View<'_>, params: &lsp::CodeActionParams) -> lsp::CodeActionResponse {
    let wanted = |kind: &lsp::CodeActionKind| {
        let only = params.context.only.as_deref();
        only.is_none_or(|only| only.iter().any(|only| is_within(kind.as_str(), only.as_str())))
    };
    let uri = &params.text_document.uri;
    let mut found: lsp::CodeActionResponse = Vec::new();
    for action in actions::actions(view.project, view.file(), view.span(params.range)) {
        let kind = action_kind(action.kind);
        if !wanted(&kind) {
            continue;
        }
        let fixed = action
            .fixes
            .map(|finding| vec![to_proto::diagnostic(&finding, view.document, view.encoding, uri, |_, _| None)]);
        found.push(lsp::CodeActionOrCommand::CodeAction(lsp::CodeAction {
            title: action.title,
            kind: Some(kind),
            diagnostics: fixed,
            edit: Some(view.workspace_edit(action.edits)),
            is_preferred: action.preferred.then_some(true),
            ..lsp::CodeAction::default()
        }));
    }
    let whole = [
        (lsp::CodeActionKind::SOURCE_FIX_ALL, "apply every safe fix"),
        (lsp::CodeActionKind::SOURCE_ORGANIZE_IMPORTS, "sort imports"),
    ];
    for (kind, title) in whole {
        // Asked for by name, or there is something to do.
        let asked = params.context.only.is_some() && wanted(&kind);
        if !asked || source_edits(view, &kind).is_empty() {
            continue;
        }
        let data = serde_json::to_value(ActionData { uri: uri.clone() }).ok();
        let mut action =
            lsp::CodeAction { title: title.to_owned(), kind: Some(kind), data, ..lsp::CodeAction::default() };
        if !view.session.client.resolves_actions {
            action = resolve_action(view, action);
        }
        found.push(lsp::CodeActionOrCommand::CodeAction(action));
    }
    found
}

fn is_within(kind: &str, of: &str) -> bool {
    kind.strip_prefix(of).is_some_and(|rest| rest.is_empty() || rest.starts_with('.') || of.is_empty())
}

fn action_kind(kind: actions::Kind) -> lsp::CodeActionKind {
    match kind {
        actions::Kind::QuickFix => lsp::CodeActionKind::QUICKFIX,
        actions::Kind::Extract => lsp::CodeActionKind::REFACTOR_EXTRACT,
        actions::Kind::Inline => lsp::CodeActionKind::REFACTOR_INLINE,
        actions::Kind::Rewrite => lsp::CodeActionKind::REFACTOR_REWRITE,
    }
}

fn source_edits(view: View<'_>, kind: &lsp::CodeActionKind) -> Vec<Edit> {
    if *kind == lsp::CodeActionKind::SOURCE_FIX_ALL {
        actions::fix_all(view.project, view.file())
    } else {
        actions::organise_imports(view.project, view.file())
    }
}

/// Works the edits of an action of a whole document out.
pub(super) fn resolve_action(view: View<'_>, mut action: lsp::CodeAction) -> lsp::CodeAction {
    if let (None, Some(kind)) = (&action.edit, &action.kind) {
        let edits = source_edits(view, kind).into_iter().map(|edit| (view.file(), edit));
        action.edit = Some(view.workspace_edit(edits));
    }
    action
}

pub(super) fn formatting(view: View<'_>) -> Vec<lsp::TextEdit> {
    view.text_edits(layout::document(view.project, view.file()))
}

pub(super) fn range_formatting(view: View<'_>, range: lsp::Range) -> Vec<lsp::TextEdit> {
    view.text_edits(layout::range(view.project, view.file(), view.span(range)))
}

pub(super) fn on_type_formatting(view: View<'_>, at: lsp::Position, typed: &str) -> Vec<lsp::TextEdit> {
    view.text_edits(layout::on_type(view.project, view.file(), view.offset(at), typed))
}

pub(super) fn folding(view: View<'_>) -> Vec<lsp::FoldingRange> {
    let folds = structure::folds(view.project, view.file()).into_iter();
    let ranges = folds.map(|fold| {
        let range = view.range(fold.span);
        lsp::FoldingRange {
            start_line: range.start.line,
            end_line: range.end.line,
            kind: match fold.kind {
                FoldKind::Region => None,
                FoldKind::Comment => Some(lsp::FoldingRangeKind::Comment),
                FoldKind::Imports => Some(lsp::FoldingRangeKind::Imports),
            },
            ..lsp::FoldingRange::default()
        }
    });
    ranges.filter(|range| range.end_line > range.start_line).collect()
}

pub(super) fn selection(view: View<'_>, at: &[lsp::Position]) -> Vec<lsp::SelectionRange> {
    at.iter()
        .map(|at| {
            let around = structure::around(view.project, view.file(), view.offset(*at));
            let mut outer: Option<Box<lsp::SelectionRange>> = None;
            for span in around.into_iter().rev() {
                outer = Some(Box::new(lsp::SelectionRange { range: view.range(span), parent: outer }));
            }
            outer.map_or_else(|| lsp::SelectionRange { range: lsp::Range::new(*at, *at), parent: None }, |range| *range)
        })
        .collect()
}

pub(super) fn links(view: View<'_>) -> Vec<lsp::DocumentLink> {
    let links = structure::links(view.project, view.file()).into_iter();
    links
        .filter_map(|link| {
            let (target, tooltip) = match link.target {
                Target::File(name) => (view.session.uri_of_name(view.place.root, &name)?, name),
                Target::Address(address) => (address.parse().ok()?, address),
            };
            Some(lsp::DocumentLink {
                range: view.range(link.span),
                target: Some(target),
                tooltip: Some(tooltip),
                data: None,
            })
        })
        .collect()
}

pub(super) fn lenses(view: View<'_>, uri: &lsp::Url) -> Vec<lsp::CodeLens> {
    let lenses = lenses::lenses(view.project, view.file()).into_iter();
    lenses
        .map(|lens| {
            let (title, command, arguments) = match lens.action {
                Action::RunTest(title) => ("run test".to_owned(), trials::TEST, vec![json!(uri), json!(title)]),
                Action::Explain(rule) => ("explain".to_owned(), commands::EXPLAIN, vec![json!(rule), json!(uri)]),
                Action::Count(rule, count) => {
                    (format!("silences {}", count.shown()), commands::EXPLAIN, vec![json!(rule), json!(uri)])
                }
            };
            let command = lsp::Command::new(title, command.to_owned(), Some(arguments));
            lsp::CodeLens { range: view.range(lens.span), command: Some(command), data: None }
        })
        .collect()
}

pub(super) fn inlay_hints(view: View<'_>, range: lsp::Range) -> Vec<lsp::InlayHint> {
    let hints = hints::hints(view.project, view.file(), view.span(range)).into_iter();
    hints
        .map(|hint| lsp::InlayHint {
            position: view.position(hint.at),
            label: lsp::InlayHintLabel::String(hint.label),
            kind: None,
            text_edits: None,
            tooltip: Some(lsp::InlayHintTooltip::String(hint.tooltip)),
            padding_left: Some(true),
            padding_right: Some(false),
            data: None,
        })
        .collect()
}

fn call_item(view: View<'_>, file: FileId, entry: Entry) -> Option<lsp::CallHierarchyItem> {
    Some(lsp::CallHierarchyItem {
        kind: symbol_kind(entry.kind),
        tags: None,
        detail: Some(entry.kind.name().to_owned()),
        uri: view.uri(file)?,
        range: view.range_in(file, entry.full.to(entry.span))?,
        selection_range: view.range_in(file, entry.span)?,
        data: None,
        name: entry.name,
    })
}

pub(super) fn prepare_calls(view: View<'_>, at: lsp::Position) -> Option<Vec<lsp::CallHierarchyItem>> {
    let (file, entry) = calls::at(view.project, view.file(), view.offset(at))?;
    Some(vec![call_item(view, file, entry)?])
}

pub(super) fn incoming_calls(view: View<'_>, at: lsp::Position) -> Vec<lsp::CallHierarchyIncomingCall> {
    let uses = calls::incoming(view.project, view.file(), view.offset(at)).into_iter();
    uses.filter_map(|used| {
        let from_ranges = used.at.iter().filter_map(|span| view.range_in(used.file, *span)).collect();
        Some(lsp::CallHierarchyIncomingCall { from: call_item(view, used.file, used.entry)?, from_ranges })
    })
    .collect()
}

pub(super) fn outgoing_calls(view: View<'_>, at: lsp::Position) -> Vec<lsp::CallHierarchyOutgoingCall> {
    let uses = calls::outgoing(view.project, view.file(), view.offset(at)).into_iter();
    uses.filter_map(|used| {
        let from_ranges = used.at.iter().map(|span| view.range(*span)).collect();
        Some(lsp::CallHierarchyOutgoingCall { to: call_item(view, used.file, used.entry)?, from_ranges })
    })
    .collect()
}
