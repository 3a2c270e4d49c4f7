//! The form in which queries are compared.

/// A condition. No list holds a list of its own kind or fewer than two members, and no `Not` a `Not`.
#[derive(Clone, PartialEq, Debug)]
pub enum Form {
    /// All hold.
    And(Vec<Form>),
    /// One holds.
    Or(Vec<Form>),
    /// It does not hold.
    Not(Box<Form>),
    /// The value of a key passes a test.
    Term(String, Test),
    /// Words without a key.
    Words(String),
    /// Everything.
    All,
}

/// What a value must be.
#[derive(Clone, PartialEq, Debug)]
pub enum Test {
    /// There is one.
    Present,
    /// This text.
    Exact(String),
    /// This pattern, its escapes taken away: the open grammar does not keep them.
    Pattern(String),
    /// Between two numbers, each with whether it is inside.
    Range(Option<(f64, bool)>, Option<(f64, bool)>),
    /// What Quell has no word for.
    Other(String),
}

impl Form {
    /// All of these.
    #[must_use]
    pub fn all(parts: Vec<Form>) -> Form {
        let mut flat = Vec::with_capacity(parts.len());
        for part in parts {
            match part {
                Form::And(parts) => flat.extend(parts),
                part => flat.push(part),
            }
        }
        if flat.len() == 1 { flat.remove(0) } else { Form::And(flat) }
    }

    /// One of these.
    #[must_use]
    pub fn any(parts: Vec<Form>) -> Form {
        let mut flat = Vec::with_capacity(parts.len());
        for part in parts {
            match part {
                Form::Or(parts) => flat.extend(parts),
                part => flat.push(part),
            }
        }
        if flat.len() == 1 { flat.remove(0) } else { Form::Or(flat) }
    }

    /// The denial.
    #[must_use]
    pub fn denied(self) -> Form {
        match self {
            Form::Not(inner) => *inner,
            form => Form::Not(Box::new(form)),
        }
    }
}
