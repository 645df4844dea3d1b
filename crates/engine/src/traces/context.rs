//! Which trace an execution belongs to.
//!
//! The caller's trace header says it, in AWS X-Ray's form, `Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1`
//! (X-Ray developer guide, "Tracing header"). Without one an execution begins a trace. All ids are worked out of the execution's ARN and
//! its events, so that nothing has to be kept and a span is the same whenever it is told.

use super::visits::VisitId;
use crate::hash::{BASIS, fnv_1a};
use interpreter::Timestamp;
use std::fmt;

/// The trace, and the caller's span in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TraceContext {
    pub trace: TraceId,
    pub parent: Option<SpanId>,
}

/// Sixteen bytes, not all zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TraceId(u128);

/// Eight bytes, not all zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct SpanId(u64);

/// Whether a caller decided that nothing is to be recorded.
pub(super) fn is_refused(header: Option<&str>) -> bool {
    header.is_some_and(|header| field(header, "Sampled") == Some("0"))
}

impl TraceContext {
    /// The trace of an execution: its caller's or its own.
    pub fn of(header: Option<&str>, execution_arn: &str, start_time: Timestamp) -> TraceContext {
        let given = header.and_then(|header| {
            let parent = field(header, "Parent").and_then(|parent| hexadecimal(parent, 16));
            let parent = parent.and_then(|parent| u64::try_from(parent).ok()).filter(|parent| *parent != 0);
            Some(TraceContext { trace: root(field(header, "Root")?)?, parent: parent.map(SpanId) })
        });
        given.unwrap_or_else(|| {
            // X-Ray wants the time in the first four bytes.
            let seconds = u128::from(u32::try_from(start_time.0 / 1000).unwrap_or(0));
            let rest = u128::from(hash(execution_arn, 1, 0)) << 32 | u128::from(hash(execution_arn, 2, 0) >> 32);
            TraceContext { trace: TraceId(seconds << 96 | rest | 1), parent: None }
        })
    }

    /// X-Ray's header for somebody whom this span calls.
    pub fn header(&self, span: SpanId) -> String {
        let trace = self.trace.to_string();
        format!("Root=1-{}-{};Parent={span};Sampled=1", &trace[..8], &trace[8..])
    }
}

impl SpanId {
    /// The span of a visit.
    pub fn of(execution_arn: &str, visit: VisitId) -> SpanId {
        SpanId(hash(execution_arn, visit.event.wrapping_add(3), visit.redrive).max(1))
    }
}

impl fmt::Display for TraceId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:032x}", self.0)
    }
}

impl fmt::Display for SpanId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:016x}", self.0)
    }
}

fn field<'h>(header: &'h str, name: &str) -> Option<&'h str> {
    let mut fields = header.split(';').filter_map(|field| field.trim().split_once('='));
    fields.find(|(key, _)| *key == name).map(|(_, value)| value)
}

fn root(text: &str) -> Option<TraceId> {
    let (seconds, rest) = text.strip_prefix("1-")?.split_once('-')?;
    let id = hexadecimal(seconds, 8)? << 96 | hexadecimal(rest, 24)?;
    (id != 0).then_some(TraceId(id))
}

fn hexadecimal(text: &str, digits: usize) -> Option<u128> {
    let is_well_formed = text.len() == digits && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_well_formed.then(|| u128::from_str_radix(text, 16).ok()).flatten()
}

/// FNV-1a, its bits mixed so that all of them depend on all of the input.
fn hash(text: &str, first: u64, second: u64) -> u64 {
    let numbers = [first.to_be_bytes(), second.to_be_bytes()];
    let mut hash = fnv_1a(BASIS, text.bytes().chain(numbers.into_iter().flatten()));
    for multiplier in [0xbf58_476d_1ce4_e5b9, 0x94d0_49bb_1331_11eb_u64] {
        hash = (hash ^ (hash >> 30)).wrapping_mul(multiplier);
    }
    hash ^ (hash >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_callers_header_decides() {
        let shown = |header: Option<&str>| {
            let TraceContext { trace, parent } = TraceContext::of(header, "arn", Timestamp(1_785_000_000_000));
            (trace.to_string(), parent.map(|parent| parent.to_string()))
        };
        let own = shown(None);
        assert_eq!(&own.0[..8], "6a64f040", "it begins with the seconds");
        let root = "Root=1-5759e988-bd862e3fe1be46a994272793";
        let trace = "5759e988bd862e3fe1be46a994272793".to_owned();
        let parent = Some("53995c3f42cd8ad8".to_owned());
        assert_eq!(shown(Some(&format!("{root};Parent=53995c3f42cd8ad8;Sampled=1"))), (trace.clone(), parent.clone()));
        assert_eq!(
            shown(Some(&format!("Self=1; {root} ;Lineage=a:0;Parent=53995c3f42cd8ad8"))),
            (trace.clone(), parent)
        );
        assert_eq!(shown(Some(&format!("{root};Parent=0000000000000000"))), (trace, None));
        for malformed in [
            "",
            "Root=1-5759e988",
            "Root=2-5759e988-bd862e3fe1be46a994272793",
            "Root=1-+759e988-bd862e3fe1be46a994272793",
        ] {
            assert_eq!(shown(Some(malformed)), own, "{malformed}");
        }
        assert!(is_refused(Some(&format!("{root};Sampled=0"))));
        assert!(!is_refused(Some(root)) && !is_refused(None));
    }
}
