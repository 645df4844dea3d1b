//! Prometheus's text format, version 0.0.4 (prometheus.io, Exposition formats).
//!
//! By hand: it is three kinds of lines. The crates for it bring counters behind locks of their own, where ours are atomics in the rows of
//! what they count.

use engine::metrics::Histogram;
use std::fmt::{Display, Write};

/// Lines of metrics.
#[derive(Default)]
pub(crate) struct Text(String);

/// Names and values of labels.
pub(crate) type Labels<'l> = &'l [(&'static str, &'l str)];

impl Text {
    /// Begins a metric: all its lines must follow.
    pub(crate) fn metric(&mut self, name: &str, kind: &str, help: &str) {
        // Writing to a text cannot fail, here and below.
        let _ = writeln!(self.0, "# HELP {name} {help}\n# TYPE {name} {kind}");
    }

    /// One value.
    pub(crate) fn value(&mut self, name: &str, labels: Labels<'_>, value: impl Display) {
        self.0.push_str(name);
        self.labels(labels, None);
        let _ = writeln!(self.0, " {value}");
    }

    /// One histogram.
    pub(crate) fn histogram(&mut self, name: &str, labels: Labels<'_>, histogram: &Histogram) {
        let observed = histogram.read();
        let mut count = 0;
        for (seconds, observations) in observed.buckets {
            count += observations;
            let _ = write!(self.0, "{name}_bucket");
            self.labels(labels, Some(&seconds.map_or("+Inf".to_owned(), |seconds| seconds.to_string())));
            let _ = writeln!(self.0, " {count}");
        }
        let _ = write!(self.0, "{name}_sum");
        self.labels(labels, None);
        let _ = write!(self.0, " {}\n{name}_count", observed.sum_seconds);
        self.labels(labels, None);
        let _ = writeln!(self.0, " {count}");
    }

    pub(crate) fn into_string(self) -> String {
        self.0
    }

    fn labels(&mut self, labels: Labels<'_>, bucket: Option<&str>) {
        let all = labels.iter().copied().chain(bucket.map(|bound| ("le", bound)));
        let mut separator = '{';
        for (name, value) in all {
            self.0.push(separator);
            separator = ',';
            let _ = write!(self.0, "{name}=\"");
            for character in value.chars() {
                match character {
                    '\\' => self.0.push_str("\\\\"),
                    '"' => self.0.push_str("\\\""),
                    '\n' => self.0.push_str("\\n"),
                    other => self.0.push(other),
                }
            }
            self.0.push('"');
        }
        if separator == ',' {
            self.0.push('}');
        }
    }
}
