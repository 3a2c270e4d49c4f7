//! What a new user types wrong: one finding each, at the characters that are wrong, and a fix that mends it.

use quell::diag::{Code, Severity};

use tests::property::analysis::{analyse, applied, unjudged};

/// Where an example stands.
#[derive(Clone, Copy)]
enum Place {
    /// A line of `when event`, beside a condition that is right.
    Event,
    /// A line of `when`, beside a condition that is right.
    Signal,
    /// A line of `rules`, beside a rule's id.
    Rules,
    /// A line of a rule that is right.
    Rule,
    /// The whole file.
    File,
}

use Place::{Event, File, Rule, Rules, Signal};

/// What a fix is to do.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mend {
    /// The first fix leaves no finding of the code and no error.
    Fix,
    /// There is nothing to guess: the help says what to do.
    Help,
}

/// Code, place, and the text with `«` and `»` around the characters that are wrong.
const TRAPS: &[(Code, Place, Mend, &str)] = &[
    // Operators in small letters are words.
    (Code::LowercaseOperator, Event, Mend::Fix, "@process.comm:sh «and» @process.user:root"),
    (Code::LowercaseOperator, Event, Mend::Fix, "(@process.comm:sh «or» @process.comm:bash)"),
    (Code::LowercaseOperator, Event, Mend::Fix, "«not» @process.user:root"),
    (Code::LowercaseOperator, Event, Mend::Fix, "@process.comm:sh «And» @process.user:root"),
    (Code::LowercaseOperator, Event, Mend::Fix, "@process.comm:(sh «or» bash)"),
    (Code::LowercaseOperator, Event, Mend::Fix, "@process.comm:(sh OR «not» bash)"),
    // Words without a key.
    (Code::BareWord, Event, Mend::Fix, "«restic»"),
    (Code::BareWord, Event, Mend::Fix, "«\"backup failed\"»"),
    (Code::BareWord, Event, Mend::Fix, "«@process.args»"),
    (Code::BareWord, Event, Mend::Fix, "«OR» @process.comm:sh"),
    (Code::BareWord, Event, Mend::Fix, "-«restic»"),
    // A value that a blank cuts.
    (Code::BlankInValue, Event, Mend::Fix, "@file.path:«/var/lib/my app»"),
    (Code::BlankInValue, Event, Mend::Fix, "@file.path:«/var/lib/my other app» @process.user:root"),
    (Code::BlankInValue, Event, Mend::Fix, "@process.executable.name:(«a b»)"),
    (Code::BlankInValue, Event, Mend::Fix, "@process.executable.name:(sh OR «a b»)"),
    (Code::MissingValue, Event, Mend::Fix, "«@process.user:»"),
    // Everything.
    (Code::MatchAll, Event, Mend::Fix, "«*»"),
    (Code::MatchAll, Event, Mend::Fix, "«*:*»"),
    (Code::MatchAll, File, Mend::Fix, "suppress all {\n  when «{ }»\n}\n"),
    (Code::MatchAll, File, Mend::Fix, "suppress all {\n  when event {\n    «*»\n  }\n}\n"),
    (Code::MatchAll, File, Mend::Fix, "suppress all {\n  rules «{ }»\n  when { @process.user:root }\n}\n"),
    // Quotes and wildcards.
    (Code::QuoteWildcardMix, Event, Mend::Fix, "@file.path:«*\"my app\"*»"),
    (Code::QuoteWildcardMix, Event, Mend::Fix, "@process.args:(«*\"chmod +x\"*» OR x)"),
    (Code::QuoteWildcardMix, Event, Mend::Fix, "@process.args:«--name=\"my app\"»"),
    (Code::WildcardInQuotes, Event, Mend::Fix, "@process.executable.path:«\"/usr/lib/jvm/*/bin/java\"»"),
    (Code::WildcardInQuotes, Event, Mend::Fix, "@file.name:(«\"*.tmp\"» OR x)"),
    (Code::RegexInQuotes, Event, Mend::Fix, "@process.executable.name:«\"^kube-(proxy|let)$\"»"),
    (Code::RegexInQuotes, Event, Mend::Fix, "@process.executable.path:«\"/usr/.*/bin\"»"),
    (Code::RegexInQuotes, Event, Mend::Fix, "@file.name:«\"[0-9]+.log\"»"),
    // Ranges.
    (Code::MixedBrackets, Event, Mend::Fix, "@process.uid:«[0 TO 1000}»"),
    (Code::MixedBrackets, Event, Mend::Fix, "@process.uid:«{0 TO 1000]»"),
    (Code::RangeOnText, Event, Mend::Fix, "@process.comm:[«a» TO f]"),
    (Code::RangeOnText, Event, Mend::Fix, "@process.args:>«out»"),
    (Code::RangeOnText, Event, Mend::Help, "@process.executable.name:«[1 TO 5]»"),
    (Code::EmptyRange, Event, Mend::Fix, "@process.uid:«[60000 TO 1000]»"),
    // Networks and ports.
    (Code::NetworkAsValue, Event, Mend::Fix, "@network.destination.ip:«10.20.0.0/16»"),
    (Code::NetworkAsValue, Event, Mend::Help, "@network.source.ip:(«fd00::/8» OR 10.0.0.1)"),
    (Code::CidrOnNonIp, Event, Mend::Help, "CIDR(«@dns.question.name»,10.20.0.0/16)"),
    (Code::InvalidNetwork, Event, Mend::Help, "CIDR(@network.destination.ip,«10.20.0.0/33»)"),
    (Code::InvalidNetwork, Event, Mend::Fix, "CIDR(@network.destination.ip,«10.20.3.4/16»)"),
    (Code::IpPortShorthand, Event, Mend::Fix, "«@network.destination.ip/port»:10.20.4.7/443"),
    (Code::IpPortShorthand, Event, Mend::Fix, "«network.destination.ip/port»:10.20.4.7"),
    (Code::IpPortShorthand, Event, Mend::Fix, "«network.ip/port»:10.20.4.7:53"),
    // Keys.
    (Code::AtBeforeTag, Event, Mend::Fix, "«@host»:web-1"),
    (Code::AtBeforeTag, Event, Mend::Fix, "«@kube_service»:(web OR shop)"),
    (Code::MissingAt, Event, Mend::Fix, "«process.executable.name»:restic"),
    (Code::MissingAt, Event, Mend::Fix, "«file.path»:/etc/passwd"),
    (Code::WildcardKey, Event, Mend::Fix, "«@dns.question.*»:example.com"),
    (Code::UnexpandedWildcard, Event, Mend::Fix, "«@network.destination.p?rt»:443"),
    (Code::UnexpandedWildcard, Event, Mend::Help, "«@nothing.like.*»:x"),
    (Code::UnexpandedWildcard, Event, Mend::Help, "«@process.variables.a*b»:x"),
    (Code::UnexpandedWildcard, Signal, Mend::Fix, "«kube_serv*»:(a OR b)"),
    (Code::UnexpandedWildcard, Signal, Mend::Fix, "-«kube_app_*»:till"),
    (Code::UnexpandedWildcard, Signal, Mend::Fix, "«dns.question.n*»:example.com"),
    (Code::UnexpandedWildcard, Signal, Mend::Help, "«kube_*»:till"),
    (Code::UnexpandedWildcard, Signal, Mend::Help, "«a?b»:x"),
    (Code::UnexpandedWildcard, Rules, Mend::Fix, "«ruleI?»:def-000-krp"),
    (Code::UnexpandedWildcard, Rules, Mend::Help, "«process.*»:restic"),
    (Code::UnexpandedWildcard, File, Mend::Help, "tag «squad_*»\n"),
    (Code::UnexpandedWildcard, File, Mend::Help, "attribute «@pi?eline.verdict» : string\n"),
    (Code::UnexpandedWildcard, File, Mend::Fix, "attribute «@pipeline.*.verdict» : string\n"),
    (Code::UnknownAttribute, Event, Mend::Fix, "«@process.executabel.path»:/usr/bin/restic"),
    (Code::UnknownAttribute, Event, Mend::Fix, "«@process.arguments»:restic"),
    (Code::UnknownAttribute, Event, Mend::Fix, "«@process.path»:/usr/bin/restic"),
    (Code::UnknownAttribute, Event, Mend::Fix, "«@exec.file.path»:/usr/bin/restic"),
    (Code::UnknownTag, Event, Mend::Fix, "«kube_servce»:web"),
    (Code::UnknownTag, Event, Mend::Fix, "«hostname»:web-1"),
    (Code::NeverEmitted, Event, Mend::Fix, "«@process.parent.executable.comm»:cron"),
    (Code::NeverEmitted, Event, Mend::Fix, "«@process.parent.executable.args»:x"),
    (Code::NeverEmitted, Event, Mend::Fix, "«@process.ancestors.executable.comm»:cron"),
    (Code::NeverEmitted, Event, Mend::Fix, "«@process.ancestors.executable.args»:init"),
    (Code::NeverEmitted, Event, Mend::Fix, "«@process.ancestors.executable.envs»:PATH=/bin"),
    (Code::NeverEmitted, Event, Mend::Fix, "«@process.ancestors.file.path»:/usr/bin/cron"),
    (Code::NeverEmitted, Event, Mend::Fix, "«@process.parent.path»:/usr/bin/cron"),
    (Code::NeverEmitted, Event, Mend::Fix, "«@network.ip»:10.0.0.1"),
    (Code::NeverEmitted, Event, Mend::Fix, "«@network.port»:53"),
    (Code::NeverEmitted, Event, Mend::Fix, "«@user.id»:root"),
    (Code::NeverEmitted, Event, Mend::Fix, "«container.id»:abc"),
    (Code::RuleKeyInWhen, Event, Mend::Fix, "«ruleId»:def-000-krp"),
    (Code::RuleKeyInWhen, Signal, Mend::Fix, "«severity»:high"),
    (Code::AttributeInRules, Rules, Mend::Fix, "«@process.comm»:cron"),
    // Values.
    (Code::TypeMismatch, Event, Mend::Fix, "@process.executable.uid:«root»"),
    (Code::TypeMismatch, Event, Mend::Fix, "@process.uid:«root»"),
    (Code::TypeMismatch, Event, Mend::Help, "@network.destination.port:«https»"),
    (Code::TypeMismatch, Event, Mend::Help, "@network.destination.port:«70000»"),
    (Code::OctalMode, Event, Mend::Fix, "@file.mode:«0644»"),
    (Code::OctalMode, Event, Mend::Fix, "@file.mode:«4755»"),
    (Code::CommTooLong, Event, Mend::Fix, "@process.comm:«systemd-networkd-wait-online»"),
    (Code::ArgumentsInOneValue, Event, Mend::Fix, "@process.args:«\"backup --repo /srv/backup\"»"),
    (Code::ArgumentsInOneValue, Event, Mend::Fix, "@process.args:(«\"-c id\"» OR x)"),
    (Code::EnvsWithValue, Event, Mend::Fix, "@process.envs:«AWS_PROFILE=backup»"),
    (Code::UnknownValue, Event, Mend::Fix, "@connect.addr.family:«INET»"),
    (Code::NoSuchEvent, Event, Mend::Help, "@bpf.cmd:BPF_PROG_LOAD «@dns.question.name:example.com»"),
    (
        Code::ContradictingRule,
        Event,
        Mend::Help,
        "@agent.rule_id:«auditd_config_modified» @dns.question.name:example.com",
    ),
    (Code::NotOnSignals, Signal, Mend::Fix, "«@process.argv0»:restic"),
    (Code::DashInGroup, Event, Mend::Fix, "@process.args:(«-c» OR x)"),
    (Code::MixedAndOr, Event, Mend::Fix, "(«@process.comm:sh OR @process.comm:bash @process.user:root»)"),
    // Fields.
    (Code::UnknownField, Rule, Mend::Fix, "«expiry» = 2027-01-31"),
    (Code::UnknownField, Rule, Mend::Fix, "«onwer» = \"a\""),
    (Code::UnknownField, File, Mend::Fix, "suppress a {\n  «wen» { @process.user:root }\n}\n"),
    (Code::DuplicateField, Rule, Mend::Fix, "ticket = \"a\"\n  «ticket = \"b\"»"),
    (Code::InvalidField, Rule, Mend::Fix, "enabled = «no»"),
    (Code::InvalidField, Rule, Mend::Fix, "owner = «team»"),
    (Code::InvalidField, Rule, Mend::Fix, "tags = «\"a:b\"»"),
    (Code::InvalidField, Rule, Mend::Fix, "activity = «proces»"),
    (Code::InvalidDate, Rule, Mend::Help, "expires = «2027-02-30»"),
    (Code::InvalidDate, Rule, Mend::Fix, "expires = «2027-1-31»"),
    (Code::InvalidDate, Rule, Mend::Fix, "expires = «2027/01/31»"),
    (Code::InvalidDate, Rule, Mend::Fix, "expires = «\"2027-01-31\"»"),
    (Code::UnknownLint, Rule, Mend::Fix, "allow «wildcard-in-quote» = \"x\""),
    (Code::MissingAllowReason, Rule, Mend::Fix, "«allow wildcard-in-quotes»"),
    (Code::InvalidEscape, Rule, Mend::Fix, "owner = «\"EXAMPLE\\dana\"»"),
    (Code::SyntaxError, Rule, Mend::Fix, "«owner:» \"team\""),
    // Names.
    (Code::UnknownName, File, Mend::Fix, "let web = (a OR b)\n\nsuppress a {\n  when { host:«$wbe» }\n}\n"),
    (Code::WrongLetKind, File, Mend::Fix, "let web = (a OR b)\n\nsuppress a {\n  when { «$web» }\n}\n"),
    (Code::WrongLetKind, File, Mend::Fix, "let web = { host:a }\n\nsuppress a {\n  when { host:«$web» }\n}\n"),
    (Code::InvalidField, File, Mend::Fix, "suppress «my.rule» {\n  when { host:a }\n}\n"),
    (Code::InvalidField, File, Mend::Fix, "let «my.list» = (a)\n"),
    (Code::InvalidField, File, Mend::Fix, "attribute @custom.x : «integer»\n"),
    (Code::MissingWhen, File, Mend::Help, "suppress «a» {\n  rules { ruleId:def-000-krp }\n}\n"),
    (Code::RequireWithoutRule, File, Mend::Help, "require «a» {\n  when { host:a }\n}\n"),
    (Code::SyntaxError, File, Mend::Fix, "«ignore» a {\n  when { host:a }\n}\n"),
    (Code::UnclosedDelimiter, File, Mend::Fix, "suppress a «{»\n  when { host:a }\n"),
    (Code::UnclosedDelimiter, File, Mend::Fix, "suppress a {\n  when { host:«(»a OR b }\n}\n"),
    (Code::UnclosedDelimiter, File, Mend::Fix, "suppress a {\n  when { host:a«)» }\n}\n"),
    (Code::UnterminatedString, File, Mend::Fix, "suppress a {\n  owner = «\"team»\n  when { host:a }\n}\n"),
    (Code::InvalidJson, File, Mend::Help, "test \"t\" {\n  fires { \"a\": «'»b' }\n}\n"),
    // Characters that deceive.
    (Code::ConfusableCharacter, Event, Mend::Fix, "@process.user«：»root"),
    (Code::ConfusableCharacter, Event, Mend::Fix, "«＠»process.user:root"),
    (Code::ConfusableCharacter, Event, Mend::Fix, "@process.args:«–»x"),
    (Code::ConfusableCharacter, Event, Mend::Fix, "@process.user:r«о»ot"),
    (Code::ConfusableCharacter, Event, Mend::Fix, "@process.user:root«\u{a0}»@process.comm:sh"),
    (Code::InvisibleCharacter, Event, Mend::Fix, "@process.user:ro«\u{200b}»ot"),
    (Code::BidirectionalControl, Event, Mend::Fix, "@process.user:ro«\u{202e}»ot"),
    (Code::ByteOrderMark, File, Mend::Fix, "«\u{feff}»suppress a {\n  when { host:a }\n}\n"),
];

/// The file of an example, marks included.
fn file(place: Place, text: &str) -> String {
    let beside = "@process.executable.path:/usr/bin/restic";
    match place {
        Event => format!(
            "suppress example {{\n  rules {{ ruleId:def-000-krp }}\n  when event {{\n    {text}\n    {beside}\n  }}\n}}\n"
        ),
        Signal => format!(
            "suppress example {{\n  rules {{ ruleId:def-000-krp }}\n  when {{\n    {text}\n    {beside}\n  }}\n}}\n"
        ),
        Rules => format!(
            "suppress example {{\n  rules {{\n    ruleId:def-000-krp\n    {text}\n  }}\n  when {{ {beside} }}\n}}\n"
        ),
        Rule => format!("suppress example {{\n  {text}\n  rules {{ ruleId:def-000-krp }}\n  when {{ {beside} }}\n}}\n"),
        File => text.to_owned(),
    }
}

/// What is wrong with how an example is treated.
fn complaint(code: Code, place: Place, mend: Mend, example: &str) -> Option<String> {
    let marked = file(place, example);
    let text = marked.replace(['«', '»'], "");
    let expected = marked.find('«').and_then(|start| {
        let rest = &marked[start + '«'.len_utf8()..];
        Some((start, start + rest.find('»')?))
    });
    let analysis = analyse(&text, &unjudged());
    let counts = |found: &&quell::diag::Diagnostic| found.severity > Severity::Hint || found.code == code;
    let found: Vec<_> = analysis.diagnostics.iter().filter(counts).collect();
    let [only] = found.as_slice() else {
        let names: Vec<_> = found.iter().map(|found| (found.code.name(), found.span.of(&text))).collect();
        return Some(format!("{names:?}"));
    };
    if only.code != code {
        return Some(format!("{}: {}", only.code.name(), only.message));
    }
    let place = (only.span.start as usize, only.span.end as usize);
    if expected != Some(place) {
        return Some(format!("stands at `{}`", only.span.of(&text)));
    }
    let Some(fix) = only.fixes.first() else {
        return (mend == Mend::Fix).then(|| format!("no fix; help: {}", only.help));
    };
    if mend == Mend::Help {
        return Some(format!("has a fix: {}", fix.title));
    }
    let mended = applied(&text, fix);
    let again = analyse(&mended, &unjudged());
    let left: Vec<_> = again
        .diagnostics
        .iter()
        .filter(|found| found.code == code || found.severity == Severity::Error)
        .map(|found| format!("{}: {}", found.code.name(), found.message))
        .collect();
    (!left.is_empty()).then(|| format!("`{}` gives {left:?}\n{mended}", fix.title))
}

#[test]
fn each_trap_is_named_and_mended() {
    let complaints: Vec<String> = TRAPS
        .iter()
        .filter_map(|(code, place, mend, example)| {
            Some(format!("{} {example}\n    {}", code.name(), complaint(*code, *place, *mend, example)?))
        })
        .collect();
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}
