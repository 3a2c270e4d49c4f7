//! How a log or a signal wraps an event of the Agent, and where a signal names its detection rule.

/// Members that wrap the attributes of an event, the likeliest first.
pub const WRAPPERS: [&str; 2] = ["attributes", "custom"];

/// What every event of the Agent has one of, so that an object with one wraps nothing.
pub const OWN: [&str; 2] = ["evt", "process"];

/// Fields of a log that are queried like tags.
pub const RESERVED: [&str; 4] = ["host", "service", "source", "status"];

/// Tags that are joined by commas stand in one of these.
pub const JOINED: [&str; 2] = ["tags", "ddtags"];

/// More wrappers than this are not opened.
pub const DEPTH: usize = 8;

/// Where signals say the id of their detection rule, the likeliest first.
pub const RULE_ID: [&str; 4] = ["workflow.rule.id", "rule.id", "rule_id", "ruleId"];

/// Where signals say its name.
pub const RULE_NAME: [&str; 3] = ["workflow.rule.name", "rule.name", "ruleName"];

/// The type of every detection rule of Workload Protection.
pub const RULE_TYPE: &str = "workload_security";
