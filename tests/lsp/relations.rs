//! What only many items together show: found when there is time, and gone with the edit that makes it untrue.

use serde_json::{Value, json};
use tests::language_client::Client;

const ONE: &str = "file:///nowhere/one.quell";
const TWO: &str = "file:///nowhere/two.quell";

fn rule(name: &str, comm: &str) -> String {
    format!("suppress {name} {{\n  when event {{ @process.comm:{comm} host:h }}\n}}\n")
}

#[test]
fn a_rule_that_repeats_another_is_told_and_leads_to_it() {
    let mut client = Client::initialized(Some("file:///nowhere"), json!({})).unwrap();
    client.open(ONE, 1, &rule("first", "a")).unwrap();
    client.open(TWO, 1, &rule("second", "a")).unwrap();
    let found = client.published_until(TWO, |codes| codes.contains(&"duplicate-rule")).unwrap();
    let found = found.as_array().unwrap().iter().find(|found| found["code"] == "duplicate-rule").unwrap();
    let related = &found["relatedInformation"][0]["location"];
    assert_eq!((&related["uri"], &related["range"]["start"]), (&json!(ONE), &json!({ "line": 0, "character": 9 })));
    assert_eq!(found["range"]["start"], json!({ "line": 0, "character": 9 }));
    // A line above moves it, and takes nothing back.
    let top = json!({ "start": { "line": 0, "character": 0 }, "end": { "line": 0, "character": 0 } });
    client.change(TWO, 2, json!([{ "range": top, "text": "# head\n\n" }])).unwrap();
    let found = client.published_until(TWO, |codes| codes.contains(&"duplicate-rule")).unwrap();
    let found = found.as_array().unwrap().iter().find(|found| found["code"] == "duplicate-rule").unwrap();
    assert_eq!(found["range"]["start"]["line"], 2);
    // The very next that is told of either is without it once they differ.
    client.change(ONE, 2, json!([{ "text": rule("first", "b") }])).unwrap();
    client.published(ONE, Some(2)).unwrap();
    client.published_until(TWO, |codes| !codes.contains(&"duplicate-rule")).unwrap();
}

#[test]
fn what_nothing_uses_is_told_until_it_is_used() {
    let mut client = Client::initialized(Some("file:///nowhere"), json!({})).unwrap();
    client.open(ONE, 1, "let hosts = (a OR b)\n").unwrap();
    let found = client.published_until(ONE, |codes| codes.contains(&"unused-let")).unwrap();
    assert_eq!(found[0]["tags"], json!([1]));
    let end = json!({ "start": { "line": 1, "character": 0 }, "end": { "line": 1, "character": 0 } });
    let text = rule("uses", "$hosts");
    client.change(ONE, 2, json!([{ "range": end, "text": text }])).unwrap();
    let found = client.published(ONE, Some(2)).unwrap();
    assert!(found.as_array().unwrap().iter().all(|found| found["code"] != "unused-let"), "{found}");
    // A file that is in no folder of the editor may be used by others that nobody opened.
    let mut client = Client::initialized(None, json!({})).unwrap();
    client.open(ONE, 1, &format!("let hosts = (a OR b)\n{}{}", rule("a", "x"), rule("b", "x"))).unwrap();
    let found = client.published_until(ONE, |codes| codes.contains(&"duplicate-rule")).unwrap();
    assert!(found.as_array().unwrap().iter().all(|found| found["code"] != "unused-let"), "{found}");
}

/// A comparison of many rules that has begun; its token.
fn begun(client: &mut Client) -> Value {
    let begun = client
        .wait_for(|message| {
            message["method"] == "$/progress"
                && message["params"]["value"]["kind"] == "begin"
                && message["params"]["value"]["title"] == "Comparing rules"
        })
        .unwrap();
    begun["params"]["token"].clone()
}

fn over(client: &mut Client, token: &Value) {
    client
        .wait_for(|message| message["params"]["token"] == *token && message["params"]["value"]["kind"] == "end")
        .unwrap();
}

#[test]
fn a_long_comparison_shows_how_far_it_is_and_can_be_cancelled() {
    let capabilities = json!({ "window": { "workDoneProgress": true } });
    let mut client = Client::initialized(Some("file:///nowhere"), capabilities).unwrap();
    let many: String = (0..1200).map(|number| rule(&format!("r{number}"), &format!("c{number}"))).collect();
    client.open(ONE, 1, &many).unwrap();
    let token = begun(&mut client);
    client.notify("window/workDoneProgress/cancel", json!({ "token": token })).unwrap();
    over(&mut client, &token);
    // What changes next is compared again.
    let top = json!({ "start": { "line": 0, "character": 0 }, "end": { "line": 0, "character": 0 } });
    client.change(ONE, 2, json!([{ "range": top, "text": rule("again", "c7") }])).unwrap();
    let token = begun(&mut client);
    over(&mut client, &token);
    client.published_until(ONE, |codes| codes.contains(&"duplicate-rule")).unwrap();
}
