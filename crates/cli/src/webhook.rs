//! A URL that events are sent to: a POST for each.

use crate::post::{Patience, Post, Refusal};
use anyhow::anyhow;
use engine::{Lines, Lost, Sink};
use hyper::StatusCode;
use std::time::Duration;

const PATIENCE: Patience =
    Patience { attempts: 5, answer_timeout: Duration::from_secs(5), is_worth_another: |status| may_pass(status) };

/// What may go better the next time: too much at once, trouble over there.
fn may_pass(status: StatusCode) -> bool {
    status.is_server_error() || [StatusCode::REQUEST_TIMEOUT, StatusCode::TOO_MANY_REQUESTS].contains(&status)
}

/// The URL.
pub(crate) struct Webhook(Post);

impl Webhook {
    /// Sends to `url`.
    pub(crate) fn new(url: &str) -> anyhow::Result<Webhook> {
        Post::new(url, Vec::new(), PATIENCE).map(Webhook).map_err(|problem| anyhow!(problem))
    }
}

impl Sink for Webhook {
    fn deliver(&mut self, lines: &Lines) -> Result<(), Lost> {
        let mut lost = Lost { lines: 0, problem: String::new() };
        for (line, before) in lines.iter().zip(0..) {
            let Err(Refusal { problem, is_final, .. }) = self.0.send(line.text.to_owned()) else { continue };
            lost.problem = format!("{problem:#}");
            lost.lines += 1;
            if !is_final {
                // Nobody is there: what follows would wait as long for nothing.
                lost.lines += lines.count() - before - 1;
                break;
            }
        }
        if lost.lines == 0 { Ok(()) } else { Err(lost) }
    }
}
