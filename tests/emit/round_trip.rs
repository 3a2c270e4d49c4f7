//! The text of a query, put into a program, gives the same tree: for many random trees, and for the samples.

use quell::base::Span;
use quell::emit::{query_text, require_text};
use quell::hir::{Bound, Key, KeyKind, NodeId, NodeKind, Query, Test};

use super::compile;

/// Random numbers, the same on every run.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % end as u64) as usize
    }

    fn one<'a, T: ?Sized>(&mut self, of: &[&'a T]) -> &'a T {
        of[self.below(of.len())]
    }
}

struct Tree {
    random: Random,
    query: Query,
}

impl Tree {
    fn node(&mut self, depth: usize) -> NodeId {
        if depth == 0 {
            return self.term();
        }
        match self.random.below(6) {
            0 | 1 => {
                let parts = self.parts(depth);
                self.query.push_and(&parts, Span::default())
            }
            2 => {
                let parts = self.parts(depth);
                self.query.push_or(&parts, Span::default())
            }
            3 => {
                let key = self.random.one(&["@process.args", "host"]);
                let parts: Vec<_> = (0..2 + self.random.below(3)).map(|_| self.text_term(key)).collect();
                self.query.push_or(&parts, Span::default())
            }
            4 => {
                let part = self.node(depth - 1);
                self.query.push_not(part, Span::default())
            }
            _ => self.term(),
        }
    }

    fn parts(&mut self, depth: usize) -> Vec<NodeId> {
        (0..2 + self.random.below(3)).map(|_| self.node(depth - 1)).collect()
    }

    fn term(&mut self) -> NodeId {
        match self.random.below(6) {
            0 => self.push("@process.tty", Test::Present),
            1 => {
                let networks = self.random.one(&["10.0.0.0/8", "10.0.0.0/8,192.168.0.0/16", "fd00::/8"]);
                let networks = self.query.push_text(networks);
                self.push("@network.destination.ip", Test::Networks(networks))
            }
            2 => {
                let inclusive = self.random.below(2) == 0;
                let mut bound = |text: &str| {
                    Some(Bound { value: text.parse().unwrap(), text: self.query.push_text(text), inclusive })
                };
                let (low, high) = (bound("-5"), bound("1000"));
                let test = match self.random.below(3) {
                    0 => Test::Range { low, high },
                    1 => Test::Range { low, high: None },
                    _ => Test::Range { low: None, high },
                };
                self.push("@process.uid", test)
            }
            _ => {
                let key = self.random.one(&["@process.args", "@file.path", "host", "kube_service"]);
                self.text_term(key)
            }
        }
    }

    fn text_term(&mut self, key: &str) -> NodeId {
        const PIECES: &[&str] = &[
            "a", "Z", "0", "/", ".", ",", "_", "@", "$", "'", "`", ";", "%", "é", "日本", "🦀", "OR", "AND", "NOT",
            "TO", " ", "\t", "+", "-", "=", "&", "|", "&&", "||", ">", "<", "!", "(", ")", "{", "}", "[", "]", "^",
            "\"", "~", ":", "#", "##", "$a", "CIDR(",
        ];
        let glob = self.random.below(2) == 0;
        let mut value = String::new();
        for _ in 0..1 + self.random.below(6) {
            match self.random.below(8) {
                0 if glob => value.push_str(self.random.one(&["\\*", "\\?", "\\\\"])),
                0 => value.push_str(self.random.one(&["*", "?", "\\"])),
                _ => value.push_str(self.random.one(PIECES)),
            }
        }
        if !glob {
            let text = self.query.push_text(&value);
            return self.push(key, Test::Exact(text));
        }
        // Somewhere a wildcard, at a place where it splits no escape.
        value = match self.random.below(3) {
            0 => format!("*{value}"),
            1 => format!("{value}?"),
            _ => format!("{value}*{value}"),
        };
        let text = self.query.push_text(&value);
        self.push(key, Test::Glob(text))
    }

    fn push(&mut self, key: &str, test: Test) -> NodeId {
        let key = Key { text: self.query.push_text(key), span: Span::default(), kind: KeyKind::UnknownTag };
        self.query.push(NodeKind::Term { key, test }, Span::default())
    }
}

fn text(query: &Query) -> String {
    let mut text = String::new();
    query_text(query, &mut text);
    text
}

fn denied(query: &Query) -> String {
    let mut text = String::new();
    require_text(query, &mut text);
    text
}

/// Puts a text into a program and takes the query out.
fn reread(text: &str) -> Query {
    let program = format!("suppress a {{\n  when event {{ {text} }}\n}}\n");
    let (mut rules, errors) = compile::checked(&program);
    let rule = rules.pop().unwrap_or_else(|| panic!("{errors:#?}\n{text}"));
    rule.0.rule.when_event.unwrap()
}

#[track_caller]
fn assert_reads_back(query: &Query) {
    let written = text(query);
    let read = reread(&written);
    assert!(query.same(query.root(), &read, read.root()), "{written}\n{}", text(&read));
    assert_eq!(text(&read), written);
}

#[test]
fn random_queries_read_back() {
    for seed in 1..=3000 {
        let mut tree = Tree { random: Random(0x9E37_79B9_7F4A_7C15 ^ (seed << 20)), query: Query::default() };
        let depth = seed as usize % 5;
        let root = tree.node(depth);
        tree.query.set_root(root);
        let query = tree.query;
        assert_reads_back(&query);
        // What a `require` suppresses is denied once: denied again, it is the query.
        let once = reread(&denied(&query));
        assert_eq!(denied(&once), text(&query));
    }
}

#[test]
fn what_the_bar_takes_reads_back() {
    for query in [
        r"@process.args:+x",
        r"@process.args:-c @process.args:a\:b",
        r"@file.path:/var/lib/my\ app/*",
        r#"@file.path:("/a b" OR /c* OR NOT /d)"#,
        r"@a.b:1 OR @process.uid:0 host:a",
        r"host:(a AND b)",
        r"NOT NOT host:a",
        r"-(host:a -env:b)",
        r"@process.uid:>5 @process.uid:<=9",
        r"@process.uid:[* TO 5]",
        r"@process.uid:{0 TO 9}",
    ] {
        assert_reads_back(&reread(query));
    }
}
