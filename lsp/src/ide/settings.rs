use std::borrow::Cow;
use std::sync::Arc;

use quell::base::Instant;
use quell::config::{Config, Context, Sample};
use quell::eval::Attack;
use quell::schema::Schema;

use crate::ide::tickets::Tickets;

/// What every check of a project is given, owned.
#[derive(Clone, Debug)]
pub struct Settings {
    /// What `quell.toml` says.
    pub config: Config,
    /// The attributes that there are.
    pub schema: Cow<'static, Schema>,
    /// The present moment.
    pub now: Instant,
    /// Known attacks of the project: events that no rule may silence.
    pub must_fire: Arc<[Attack]>,
    /// How tickets are known, where the project says so.
    pub tickets: Option<Tickets>,
    /// The recorded events of the project, once they were read.
    pub sample: Option<Arc<Sample>>,
}

impl Settings {
    /// The settings of a project that says nothing of its own.
    #[must_use]
    pub fn new(now: Instant) -> Settings {
        Settings {
            config: Config::default(),
            schema: Cow::Borrowed(Schema::embedded()),
            now,
            must_fire: Arc::default(),
            tickets: None,
            sample: None,
        }
    }

    /// What the compiler is handed.
    #[must_use]
    pub fn context(&self) -> Context<'_> {
        Context::new(&self.schema, &self.config, self.now).with_sample(self.sample.as_deref())
    }
}
