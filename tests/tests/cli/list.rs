//! `list`: every rule in a table, as JSON, and on a page for an auditor.

use scraper::{ElementRef, Html, Selector};
use serde_json::{Value, json};

use crate::project::Project;

/// One rule of each state, at 2026-09-01, with texts that no page may take for its own.
const RULES: &str = r#"
## <b>Documentation</b> & more.
suppress first {
  title    = "</pre><script>alert('title')</script>"
  owner    = "zoe@example.com"
  reason   = "\"><img src=x onerror=alert(1)>"
  ticket   = "https://tickets.example.com/1?a=<b>&c=\"d\""
  protects = "reads by <anyone> else"
  starts   = 2026-01-01
  expires  = 2027-01-31
  review   = 2026-12-24
  tags     = ["kind:backup"]
  rules { ruleId:(def-000-krp OR def-000-abc) }
  when { @process.executable.path:/usr/bin/restic @process.parent.executable.path:/usr/sbin/cron kube_service:storage }
}

require second {
  enabled = false
  ticket  = "javascript:alert(1)"
  rules { ruleId:oqn-z2v-zb0 }
  when { kube_service:payments @process.executable.user:"<app>" }
}

suppress third {
  owner   = "adam@example.com"
  expires = 2026-09-10
  rules { ruleId:def-000-krp }
  when { (@process.args:"<x>" env:prod) OR @file.path:/tmp/* }
}

suppress fourth {
  expires = 2026-02-01
  allow expired = "<i>because</i>"
  rules { ruleId:def-000-krp }
  when { @process.executable.path:/usr/bin/restic env:prod }
}

suppress fifth {
  owner  = "zoe@example.com"
  starts = 2026-10-01
  rules { ruleId:def-000-krp }
  when { @process.executable.path:/usr/bin/restic env:prod }
}
"#;

const NAMES: [&str; 5] = ["first", "second", "third", "fourth", "fifth"];

fn project() -> Project {
    Project::new(&[("a.quell", RULES)])
}

fn listed(project: &Project, args: &[&str]) -> Vec<Value> {
    let json = project.run(&[&["list", "--format", "json"], args].concat()).expect(0).json();
    json.as_array().unwrap().clone()
}

fn names(rules: &[Value]) -> Vec<&str> {
    rules.iter().map(|rule| rule["name"].as_str().unwrap()).collect()
}

#[test]
fn each_rule_has_a_state_a_level_and_its_days() {
    let rules = listed(&project(), &[]);
    let column = |key: &str| -> Vec<Value> { rules.iter().map(|rule| rule[key].clone()).collect() };
    assert_eq!(names(&rules), NAMES);
    assert_eq!(column("state"), ["active", "off", "expires soon", "expired", "starts later"]);
    assert_eq!(column("expired"), [false, false, false, true, false]);
    assert_eq!(column("days_left"), [json!(153), Value::Null, json!(10), json!(-211), Value::Null]);
    assert_eq!(column("level")[..3], [json!("specific"), Value::Null, json!("broad")]);
    let bits = column("bits");
    assert!(bits[0].as_f64() > bits[3].as_f64() && bits[3].as_f64() > bits[2].as_f64(), "{bits:?}");
    assert_eq!(rules[4]["starts"], "2026-10-01T00:00:00.000Z");
}

#[test]
fn the_order_can_be_chosen() {
    let project = project();
    for (order, expected) in [
        ("source", NAMES),
        ("days", ["fourth", "third", "first", "second", "fifth"]),
        ("level", ["third", "fourth", "fifth", "first", "second"]),
        ("owner", ["second", "fourth", "third", "first", "fifth"]),
    ] {
        assert_eq!(names(&listed(&project, &["--sort", order])), expected, "{order}");
        let table = project.run(&["list", "--sort", order]).expect(0).stdout;
        let first: Vec<&str> = table.lines().skip(1).map(|line| line.split(' ').next().unwrap()).collect();
        assert_eq!(first, expected, "{order}");
    }
}

fn all<'a>(page: &'a Html, selector: &str) -> Vec<ElementRef<'a>> {
    page.select(&Selector::parse(selector).unwrap()).collect()
}

fn text(element: &ElementRef<'_>) -> String {
    element.text().collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What a rule's part of the page says of something.
fn said(article: &ElementRef<'_>, term: &str) -> Option<String> {
    let terms = Selector::parse("dt").unwrap();
    let term = article.select(&terms).find(|dt| text(dt) == term)?;
    let answer = term.next_siblings().find_map(ElementRef::wrap).unwrap();
    assert_eq!(answer.value().name(), "dd");
    Some(text(&answer))
}

fn page(project: &Project) -> (String, Html) {
    let text = project.run(&["list", "--format", "html"]).expect(0).stdout;
    let page = Html::parse_document(&text);
    assert!(page.errors.is_empty(), "{:?}", page.errors);
    (text, page)
}

#[test]
fn the_page_says_everything_of_every_rule() {
    let (_, page) = page(&project());
    let articles = all(&page, "article");
    assert_eq!(articles.len(), NAMES.len());
    for (article, name) in articles.iter().zip(NAMES) {
        assert!(text(article).contains(&format!("{name} in a.quell:")), "{name}");
    }
    let first = &articles[0];
    for (term, answer) in [
        (
            "Silences",
            "Signals that match @process.executable.path:\"/usr/bin/restic\" @process.parent.executable.path:\"/usr/sbin/cron\" kube_service:\"storage\"",
        ),
        ("Of detection rules", "ruleId:(\"def-000-krp\" OR \"def-000-abc\")"),
        ("Why", "\"><img src=x onerror=alert(1)>"),
        ("More", "<b>Documentation</b> & more."),
        ("Must never hide", "reads by <anyone> else"),
        ("Who", "zoe@example.com"),
        ("Ticket", "https://tickets.example.com/1?a=<b>&c=\"d\""),
        ("From", "2026-01-01"),
        ("Until", "2027-01-31, 153 days left"),
        ("To review", "2026-12-24"),
        ("Tags", "kind:backup"),
    ] {
        assert_eq!(said(first, term).as_deref(), Some(answer), "{term}");
    }
    assert!(text(first).starts_with("</pre><script>alert('title')</script> active specific, "), "{}", text(first));
    assert_eq!(
        said(&articles[1], "Silences all but").as_deref(),
        Some("Signals that match kube_service:\"payments\" @process.executable.user:\"<app>\"")
    );
    assert_eq!(said(&articles[1], "Who").as_deref(), Some("nobody"));
    assert_eq!(said(&articles[3], "Allowed").as_deref(), Some("expired: <i>because</i>"));
    // Each way into the broad one has a level of its own.
    let rows: Vec<Vec<String>> = articles[2]
        .select(&Selector::parse(".branches tbody tr").unwrap())
        .map(|row| row.select(&Selector::parse("td").unwrap()).map(|cell| text(&cell)).collect())
        .collect();
    assert_eq!(rows.len(), 2);
    assert_eq!((rows[0][0].as_str(), rows[1][0].as_str()), ("@process.args:\"<x>\" env:\"prod\"", "@file.path:/tmp/*"));
    assert!(rows.iter().all(|row| row[1].parse::<f64>().is_ok() && row[2] == "broad"), "{rows:?}");

    let tiles: Vec<String> = all(&page, ".tiles li").iter().map(text).collect();
    let expected = [
        "5 rules",
        "2 at work",
        "1 expire soon",
        "1 expired",
        "1 start later",
        "1 off",
        "2 without owner",
        "2 without end",
        "1 broad",
    ];
    assert_eq!(tiles, expected);
    let rows = all(&page, ".index tbody tr");
    assert_eq!(rows.len(), NAMES.len());
    // Whatever the page points to within itself is there.
    for link in all(&page, "a[href^='#']") {
        let id = link.value().attr("href").unwrap();
        assert_eq!(all(&page, id).len(), 1, "{id}");
    }
}

#[test]
fn the_page_needs_nothing_but_itself() {
    let (text, page) = page(&project());
    assert!(all(&page, "script, link, img, iframe, object, embed, base, form").is_empty());
    for element in all(&page, "*") {
        for (name, value) in element.value().attrs() {
            assert!(!name.starts_with("on") && name != "src" && name != "style", "{name}={value}");
            if name == "href" {
                assert!(
                    value.starts_with("#rule-") || value == "https://tickets.example.com/1?a=<b>&c=\"d\"",
                    "{value}"
                );
            }
        }
    }
    assert!(!text.contains("<script") && !text.contains("<img") && !text.contains("url(") && !text.contains("@import"));
    assert!(
        text.contains("default-src 'none'")
            && text.contains("@media print")
            && text.contains("prefers-color-scheme: dark")
    );
}

#[test]
fn the_page_says_what_it_lacks() {
    let project = project();
    project.write("b.quell", crate::ERROR);
    let run = project.run(&["list", "--format", "html"]).expect(1);
    assert!(run.stdout.contains("This list is not complete: 1 error found"), "{}", run.stdout);
    let empty = Project::new(&[]);
    let text = empty.run(&["list", "--format", "html"]).expect(0).stdout;
    assert!(Html::parse_document(&text).errors.is_empty() && text.contains("There are no rules."));
}
