//! Puts each mutant of a file behind its switch.
//!
//! Every change of the text is an insertion around a node of the syntax tree: what comes before it asks the switches and
//! holds a copy of the node for each mutant, what comes after it closes the brackets. Only the node itself, which stays
//! where it was, holds further mutants, so that the text grows with the depth of an expression and not with its power.

use std::collections::HashMap;
use std::ops::Range;

use proc_macro2::{LineColumn, Span};
use quote::ToTokens;
use syn::spanned::Spanned as _;
use syn::visit::{self, Visit};

use crate::Result;
use crate::mutant::{Genre, Mutant, Position};

/// A file with its mutants.
pub(crate) struct Woven {
    pub(crate) text: String,
    pub(crate) places: Vec<Place>,
}

/// Where a mutant is in the woven text.
pub(crate) struct Place {
    pub(crate) mutant: usize,
    /// What was written for this mutant alone.
    pub(crate) own: Range<usize>,
    /// All that its switch stands around.
    pub(crate) around: Range<usize>,
}

/// Weaves those `mutants`, by their numbers, into the text of their file. Some may not be among the places: those where
/// no switch can be asked.
pub(crate) fn weave(text: &str, mutants: &[(usize, &Mutant)]) -> Result<Woven> {
    let file = syn::parse_file(text).map_err(|error| error.to_string())?;
    let mut sought: HashMap<(Genre, Position), Vec<(usize, &Mutant)>> = HashMap::new();
    for &(number, mutant) in mutants {
        sought.entry((mutant.genre, mutant.start)).or_default().push((number, mutant));
    }
    let mut weaver = Weaver { sought, insertions: Vec::new(), constant: false };
    weaver.visit_file(&file);
    Ok(splice(text, weaver.insertions))
}

struct Weaver<'m> {
    sought: HashMap<(Genre, Position), Vec<(usize, &'m Mutant)>>,
    insertions: Vec<Insertion>,
    /// What is visited is evaluated by the compiler, which cannot ask the environment.
    constant: bool,
}

struct Insertion {
    at: usize,
    side: Side,
    pieces: Vec<Piece>,
}

/// Which side of a node an insertion is on. Of those at one place, what closes one node comes before what opens the next.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Side {
    After,
    Before,
}

struct Piece {
    text: String,
    mutant: Option<usize>,
}

impl Piece {
    fn common(text: impl Into<String>) -> Piece {
        Piece { text: text.into(), mutant: None }
    }

    fn of(mutant: usize, text: String) -> Piece {
        Piece { text, mutant: Some(mutant) }
    }
}

fn on(mutant: usize) -> String {
    format!("::mutant_switch::on({mutant})")
}

impl<'m> Weaver<'m> {
    /// The mutants of a genre at the start of `span`.
    fn take(&mut self, genre: Genre, span: Span) -> Vec<(usize, &'m Mutant)> {
        if self.constant {
            return Vec::new();
        }
        let LineColumn { line, column } = span.start();
        self.sought.remove(&(genre, Position { line, column: column + 1 })).unwrap_or_default()
    }

    /// Puts text before and after what `visit` visits.
    fn wrap(&mut self, bytes: Range<usize>, before: Vec<Piece>, after: Vec<Piece>, visit: impl FnOnce(&mut Self)) {
        self.insertions.push(Insertion { at: bytes.start, side: Side::Before, pieces: before });
        visit(self);
        self.insertions.push(Insertion { at: bytes.end, side: Side::After, pieces: after });
    }

    /// Puts a choice in place of an expression: each of `instead` behind its switch, and else the expression.
    fn choose(&mut self, span: Span, instead: Vec<(usize, String)>, visit: impl FnOnce(&mut Self)) {
        if instead.is_empty() {
            return visit(self);
        }
        let mut before = vec![Piece::common("(")];
        for (mutant, text) in instead {
            before.push(Piece::of(mutant, format!("if {} {{ {text} }}", on(mutant))));
            before.push(Piece::common(" else "));
        }
        before.push(Piece::common("{ "));
        self.wrap(span.byte_range(), before, vec![Piece::common(" })")], visit);
    }

    fn with_constant(&mut self, constant: bool, visit: impl FnOnce(&mut Self)) {
        let outer = std::mem::replace(&mut self.constant, constant);
        visit(self);
        self.constant = outer;
    }

    fn function(&mut self, signature: &syn::Signature, block: &syn::Block) {
        self.with_constant(signature.constness.is_some(), |weaver| {
            let Some(first) = block.stmts.first() else { return };
            let values = weaver.take(Genre::FnValue, first.span());
            let body = block.span().byte_range();
            if returns_some_type(&signature.output) {
                // Both arms of a choice would have to be of one type.
                let before = values.iter().map(|(number, mutant)| {
                    let own = format!("::mutant_switch::iterator({number}, || {}, move || ", mutant.replacement);
                    Piece::of(*number, own)
                });
                let before = std::iter::once(Piece::common("{ ")).chain(before).collect();
                let after = vec![Piece::common(")".repeat(values.len())), Piece::common(" }")];
                weaver.wrap(body, before, after, |weaver| weaver.visit_block(block));
            } else {
                let pieces = values.iter().map(|(number, mutant)| {
                    Piece::of(*number, format!(" if {} {{ return {}; }}", on(*number), mutant.replacement))
                });
                let inside = body.start + 1..body.end - 1;
                weaver.wrap(inside, pieces.collect(), Vec::new(), |weaver| weaver.visit_block(block));
            }
        });
    }
}

impl<'ast> Visit<'ast> for Weaver<'_> {
    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        self.function(&item.sig, &item.block);
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        self.function(&item.sig, &item.block);
    }

    fn visit_trait_item_fn(&mut self, item: &'ast syn::TraitItemFn) {
        if let Some(block) = &item.default {
            self.function(&item.sig, block);
        }
    }

    fn visit_item_const(&mut self, item: &'ast syn::ItemConst) {
        self.with_constant(true, |weaver| weaver.visit_expr(&item.expr));
    }

    fn visit_impl_item_const(&mut self, item: &'ast syn::ImplItemConst) {
        self.with_constant(true, |weaver| weaver.visit_expr(&item.expr));
    }

    fn visit_item_static(&mut self, item: &'ast syn::ItemStatic) {
        self.with_constant(true, |weaver| weaver.visit_expr(&item.expr));
    }

    fn visit_expr_const(&mut self, block: &'ast syn::ExprConst) {
        self.with_constant(true, |weaver| visit::visit_expr_const(weaver, block));
    }

    fn visit_type(&mut self, ty: &'ast syn::Type) {
        self.with_constant(true, |weaver| visit::visit_type(weaver, ty));
    }

    fn visit_variant(&mut self, variant: &'ast syn::Variant) {
        self.with_constant(true, |weaver| visit::visit_variant(weaver, variant));
    }

    /// The body of a closure runs when it is called, wherever the closure stands.
    fn visit_expr_closure(&mut self, closure: &'ast syn::ExprClosure) {
        self.with_constant(closure.constness.is_some(), |weaver| visit::visit_expr_closure(weaver, closure));
    }

    fn visit_expr_binary(&mut self, binary: &'ast syn::ExprBinary) {
        let operators = self.take(Genre::BinaryOperator, binary.op.span());
        let instead = if binds(&binary.left) || binds(&binary.right) {
            Vec::new()
        } else {
            let (left, right) = (binary.left.to_token_stream(), binary.right.to_token_stream());
            let instead =
                |(number, mutant): &(usize, &Mutant)| (*number, format!("({left}) {} ({right})", mutant.replacement));
            operators.iter().map(instead).collect()
        };
        self.choose(binary.span(), instead, |weaver| visit::visit_expr_binary(weaver, binary));
    }

    fn visit_expr_unary(&mut self, unary: &'ast syn::ExprUnary) {
        let operators = self.take(Genre::UnaryOperator, unary.op.span());
        let instead = operators.iter().map(|(number, _)| (*number, unary.expr.to_token_stream().to_string()));
        self.choose(unary.span(), instead.collect(), |weaver| visit::visit_expr_unary(weaver, unary));
    }

    fn visit_expr_struct(&mut self, expression: &'ast syn::ExprStruct) {
        let mut instead = Vec::new();
        for (index, field) in expression.fields.iter().enumerate() {
            for (number, _) in self.take(Genre::StructField, field.span()) {
                let others = expression.fields.iter().enumerate().filter(|(other, _)| *other != index);
                let others: String = others.map(|(_, field)| format!("{}, ", field.to_token_stream())).collect();
                let (path, base) = (expression.path.to_token_stream(), expression.rest.to_token_stream());
                instead.push((number, format!("{path} {{ {others}..{base} }}")));
            }
        }
        self.choose(expression.span(), instead, |weaver| visit::visit_expr_struct(weaver, expression));
    }

    fn visit_arm(&mut self, arm: &'ast syn::Arm) {
        let deleted = self.take(Genre::MatchArm, arm.span());
        let deleted = deleted.iter().map(|(number, _)| (*number, format!("!{}", on(*number))));
        match &arm.guard {
            None => {
                let guard = deleted.map(|(number, condition)| Piece::of(number, format!(" if {condition}")));
                self.wrap(arm.pat.span().byte_range(), Vec::new(), guard.collect(), |_| ());
            }
            Some((_, guard)) => {
                let deleted = deleted.map(|(number, condition)| (number, format!("{condition} && (")));
                let replaced = self.take(Genre::MatchArmGuard, guard.span());
                let replaced = replaced.iter().map(|(number, mutant)| match mutant.replacement.as_str() {
                    "true" => (*number, format!("{} || (", on(*number))),
                    _ => (*number, format!("!{} && (", on(*number))),
                });
                let before: Vec<Piece> =
                    deleted.chain(replaced).map(|(number, text)| Piece::of(number, text)).collect();
                if binds(guard) {
                    self.visit_expr(guard);
                } else {
                    let after = vec![Piece::common(")".repeat(before.len()))];
                    self.wrap(guard.span().byte_range(), before, after, |weaver| weaver.visit_expr(guard));
                }
            }
        }
        self.visit_expr(&arm.body);
    }
}

/// Whether a condition, or a part of it that is not in brackets of its own, binds names.
fn binds(condition: &syn::Expr) -> bool {
    match condition {
        syn::Expr::Let(_) => true,
        syn::Expr::Binary(binary) => binds(&binary.left) || binds(&binary.right),
        _ => false,
    }
}

/// Whether a function returns `impl …`.
fn returns_some_type(output: &syn::ReturnType) -> bool {
    matches!(output, syn::ReturnType::Type(_, ty) if matches!(**ty, syn::Type::ImplTrait(_)))
}

fn splice(text: &str, mut insertions: Vec<Insertion>) -> Woven {
    // Nodes are visited from the outside in and left from the inside out: of what is at one place, the order is right.
    insertions.sort_by_key(|insertion| (insertion.at, insertion.side));
    let mut woven = Woven { text: String::with_capacity(text.len() * 4), places: Vec::new() };
    let mut open = Vec::new();
    let mut copied = 0;
    for insertion in insertions {
        woven.text.push_str(&text[copied..insertion.at]);
        copied = insertion.at;
        let start = woven.text.len();
        let mut own = Vec::new();
        for piece in insertion.pieces {
            let from = woven.text.len();
            woven.text.push_str(&piece.text);
            own.extend(piece.mutant.map(|mutant| (mutant, from..woven.text.len())));
        }
        match insertion.side {
            Side::Before => open.push((start, own)),
            Side::After => {
                let (start, before) = open.pop().unwrap_or((start, Vec::new()));
                let around = start..woven.text.len();
                let places = before.into_iter().chain(own);
                woven.places.extend(places.map(|(mutant, own)| Place { mutant, own, around: around.clone() }));
            }
        }
    }
    woven.text.push_str(&text[copied..]);
    woven
}

#[cfg(test)]
mod tests {
    use super::{Woven, weave};
    use crate::mutant::{Genre, Mutant, Position};

    /// Weaves mutants, by genre, line, column and replacement, whose numbers are 0 and on.
    fn woven(text: &str, mutants: &[(Genre, usize, usize, &str)]) -> Woven {
        let mutant = |&(genre, line, column, replacement): &(Genre, usize, usize, &str)| Mutant {
            file: String::new(),
            genre,
            start: Position { line, column },
            replacement: replacement.to_owned(),
            name: String::new(),
        };
        let mutants: Vec<Mutant> = mutants.iter().map(mutant).collect();
        let woven = weave(text, &mutants.iter().enumerate().collect::<Vec<_>>()).unwrap();
        syn::parse_file(&woven.text).unwrap();
        woven
    }

    fn text(text: &str, mutants: &[(Genre, usize, usize, &str)]) -> String {
        woven(text, mutants).text.replace("::mutant_switch::", "")
    }

    #[test]
    fn values_are_returned_first() {
        let found = text("fn f() -> u8 { 1 }", &[(Genre::FnValue, 1, 16, "0"), (Genre::FnValue, 1, 16, "7")]);
        assert_eq!(found, "fn f() -> u8 { if on(0) { return 0; } if on(1) { return 7; } 1 }");
    }

    #[test]
    fn iterators_may_be_of_two_types() {
        let found = text("fn f() -> impl Iterator<Item = u8> { g() }", &[(Genre::FnValue, 1, 38, "empty()")]);
        assert_eq!(found, "fn f() -> impl Iterator<Item = u8> { iterator(0, || empty(), move || { g() }) }");
    }

    #[test]
    fn operands_are_copied_without_their_own_mutants() {
        let mutants = [(Genre::BinaryOperator, 1, 12, "-"), (Genre::BinaryOperator, 1, 16, "*")];
        let inner = "(if on(0) { (a) - (b) } else { a + b })";
        let outer = format!("fn f() {{ (if on(1) {{ (a + b) * (c) }} else {{ {inner} + c }}) }}");
        assert_eq!(text("fn f() { a + b + c }", &mutants), outer);
    }

    #[test]
    fn unary_operators_are_left_away() {
        assert_eq!(
            text("fn f() { !a.b() }", &[(Genre::UnaryOperator, 1, 10, "")]),
            "fn f() { (if on(0) { a . b () } else { !a.b() }) }"
        );
    }

    #[test]
    fn fields_are_left_to_the_base() {
        let found = text("fn f() { S { a, b: 1, ..c } }", &[(Genre::StructField, 1, 17, "")]);
        assert_eq!(found, "fn f() { (if on(0) { S { a, ..c } } else { S { a, b: 1, ..c } }) }");
    }

    #[test]
    fn arms_are_passed_over() {
        let arms = "fn f() { match a { 0 => b, 1 if c => d, _ => e } }";
        let mutants = [
            (Genre::MatchArm, 1, 20, ""),
            (Genre::MatchArm, 1, 28, ""),
            (Genre::MatchArmGuard, 1, 33, "true"),
            (Genre::MatchArmGuard, 1, 33, "false"),
        ];
        let guard = "!on(1) && (on(2) || (!on(3) && (c)))";
        assert_eq!(
            text(arms, &mutants),
            format!("fn f() {{ match a {{ 0 if !on(0) => b, 1 if {guard} => d, _ => e }} }}")
        );
    }

    /// A chain with `let` is no expression that could stand in a branch.
    #[test]
    fn chains_that_bind_names_stay() {
        let chain = "fn f() { if a && let Some(b) = c && b == d {} }";
        let mutants = [(Genre::BinaryOperator, 1, 15, "||"), (Genre::BinaryOperator, 1, 39, "!=")];
        let found = text(chain, &mutants);
        assert_eq!(found, "fn f() { if a && let Some(b) = c && (if on(1) { (b) != (d) } else { b == d }) {} }");
    }

    /// The compiler evaluates a constant, and cannot ask a switch; the closure in it runs later.
    #[test]
    fn constants_stay() {
        let constant = "const F: fn() -> u8 = { 1 + 2; || 3 + 4 };";
        let mutants = [(Genre::BinaryOperator, 1, 27, "-"), (Genre::BinaryOperator, 1, 37, "-")];
        let found = text(constant, &mutants);
        assert_eq!(found, "const F: fn() -> u8 = { 1 + 2; || (if on(1) { (3) - (4) } else { 3 + 4 }) };");
    }

    #[test]
    fn places_are_those_of_the_woven_text() {
        let woven = woven("fn f() { a + b }", &[(Genre::BinaryOperator, 1, 12, "-")]);
        let place = &woven.places[0];
        assert_eq!(woven.text[place.own.clone()], *"if ::mutant_switch::on(0) { (a) - (b) }");
        assert_eq!(woven.text[place.around.clone()], woven.text[9..woven.text.len() - 2]);
    }
}
