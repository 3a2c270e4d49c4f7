//! From the first message to the last, and what is no message at all.

use std::process::Command;
use std::time::Duration;

use serde_json::{Value, json};
use tests::binary;
use tests::language_client::Client;

const URI: &str = "file:///nowhere/a.quell";

#[test]
fn exit_ends_the_process_while_the_input_is_open() {
    let mut client = Client::initialized(None, json!({})).unwrap();
    assert_eq!(client.request("shutdown", Value::Null), Ok(Value::Null));
    client.notify("exit", Value::Null).unwrap();
    assert_eq!(client.wait_exit(Duration::from_secs(20)).unwrap().code(), Some(0));

    let mut client = Client::initialized(None, json!({})).unwrap();
    client.notify("exit", Value::Null).unwrap();
    assert_eq!(client.wait_exit(Duration::from_secs(20)).unwrap().code(), Some(1));
}

#[test]
fn shutdown_and_exit_at_once_are_both_answered() {
    let mut client = Client::initialized(None, json!({})).unwrap();
    let id = client.ask("shutdown", Value::Null).unwrap();
    client.notify("exit", Value::Null).unwrap();
    assert_eq!(client.answer(id), Ok(Value::Null));
    assert_eq!(client.wait_exit(Duration::from_secs(20)).unwrap().code(), Some(0));
}

#[test]
fn a_client_that_is_gone_is_not_waited_for() {
    let mut client = Client::initialized(None, json!({})).unwrap();
    client.open(URI, 1, "suppress a {\n").unwrap();
    client.close_input();
    assert_eq!(client.wait_exit(Duration::from_secs(20)).unwrap().code(), Some(1));
}

#[test]
fn what_comes_before_initialize_is_refused() {
    let mut client = Client::start().unwrap();
    let refused = client.request("shutdown", Value::Null).unwrap_err();
    assert!(refused.contains("-32002"), "{refused}");
    client.open(URI, 1, "suppress a {\n").unwrap();
    client.initialize(None, json!({})).unwrap();
    let twice = client.request("initialize", json!({ "capabilities": {} })).unwrap_err();
    assert!(twice.contains("-32600"), "{twice}");
    client.open(URI, 1, "suppress a {\n").unwrap();
    assert_eq!(client.published(URI, Some(1)).unwrap()[0]["code"], "unclosed-delimiter");
}

#[test]
fn what_is_no_message_is_answered_with_an_error() {
    let mut client = Client::initialized(None, json!({})).unwrap();
    let broken = ["{", "nonsense", "[]", "{\"jsonrpc\":\"2.0\",\"id\":true,\"method\":7}", "\u{0}"];
    for body in broken {
        client.send_raw(format!("Content-Length: {}\r\n\r\n{body}", body.len()).as_bytes()).unwrap();
        let error = client.wait_for(|message| message.get("error").is_some()).unwrap();
        assert!(matches!(error["error"]["code"].as_i64(), Some(-32700 | -32600)), "{body}: {error}");
    }
    let unknown = client.request("quell/nothing", json!({})).unwrap_err();
    assert!(unknown.contains("-32601"), "{unknown}");
    client.send_raw(b"Content-Length: many\r\n\r\nrubbish\r\n").unwrap();
    client.wait_for(|message| message["error"]["code"] == -32700).unwrap();
    client.open(URI, 1, "suppress a {\n").unwrap();
    assert_eq!(client.published(URI, Some(1)).unwrap()[0]["code"], "unclosed-delimiter");
}

#[test]
fn a_wrong_argument_is_told_how_to_start_it() {
    let output = Command::new(binary::quell_lsp().unwrap()).arg("--nope").output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8(output.stderr).unwrap().contains("usage: quell-lsp"));
}
