//! Records of CSV as AWS reads them: double quotes around a field, doubled within; a backslash before a backslash, a quote or the delimiter
//! stands for what follows it, before anything else it is dropped. No library knows that last rule.

use super::bytes::Bytes;
use super::{ITEM_BYTES_MAX, failed};
use crate::map_runs::Broken;
use std::sync::Arc;

/// The longest header, in bytes (AWS quota: 10 KiB).
const HEADER_BYTES_MAX: usize = 10 * 1024;

/// The next record: its fields. Empty lines are none.
pub(super) async fn record(bytes: &mut Bytes, delimiter: u8) -> Result<Option<Vec<String>>, Broken> {
    let mut is_over = false;
    loop {
        match parse(bytes.rest(), delimiter, is_over) {
            Parsed::Record { fields, length } => {
                bytes.take(length);
                let is_empty_line = fields.len() == 1 && fields[0].is_empty() && length <= 2;
                if !is_empty_line {
                    return fields.into_iter().map(text).collect::<Result<_, _>>().map(Some);
                }
            }
            Parsed::Incomplete if is_over => return Ok(None),
            Parsed::Incomplete => {
                if bytes.rest().len() > ITEM_BYTES_MAX {
                    return Err(failed("A row is longer than 8 MB."));
                }
                is_over = !bytes.fill().await?;
            }
        }
    }
}

fn text(field: Vec<u8>) -> Result<String, Broken> {
    String::from_utf8(field).map_err(|_| failed("The object is not encoded in UTF-8."))
}

/// The names of the columns, read from the first row.
pub(super) async fn header(bytes: &mut Bytes, delimiter: u8) -> Result<Vec<Arc<str>>, Broken> {
    if bytes.rest().is_empty() {
        bytes.fill().await?;
    }
    // The mark that some programs begin a file with is no part of the first name.
    if bytes.rest().starts_with(b"\xef\xbb\xbf") {
        bytes.take(3);
    }
    let before = bytes.offset();
    let names = record(bytes, delimiter).await?.unwrap_or_default();
    if bytes.offset() - before > HEADER_BYTES_MAX as u64 {
        return Err(failed("The CSV header is longer than 10 KB."));
    }
    checked(names.iter().map(|name| Arc::from(&**name)).collect())
}

/// Names that may stand for columns.
pub(super) fn checked(names: Vec<Arc<str>>) -> Result<Vec<Arc<str>>, Broken> {
    let mut sorted: Vec<_> = names.iter().collect();
    sorted.sort();
    match sorted.windows(2).any(|pair| pair[0] == pair[1]) {
        true => Err(failed("CSV headers cannot contain duplicates.")),
        false => Ok(names),
    }
}

enum Parsed {
    Record { fields: Vec<Vec<u8>>, length: usize },
    Incomplete,
}

fn parse(bytes: &[u8], delimiter: u8, is_over: bool) -> Parsed {
    if bytes.is_empty() {
        return Parsed::Incomplete;
    }
    let (mut fields, mut field) = (Vec::new(), Vec::new());
    let (mut is_quoted, mut at) = (false, 0);
    while let Some(&byte) = bytes.get(at) {
        at += 1;
        match byte {
            b'\\' => match bytes.get(at) {
                Some(&escaped) if escaped == b'\\' || escaped == b'"' || escaped == delimiter => {
                    field.push(escaped);
                    at += 1;
                }
                Some(_) => {}
                None if !is_over => return Parsed::Incomplete,
                None => {}
            },
            b'"' if is_quoted => match bytes.get(at) {
                Some(b'"') => {
                    field.push(b'"');
                    at += 1;
                }
                None if !is_over => return Parsed::Incomplete,
                _ => is_quoted = false,
            },
            b'"' if field.is_empty() => is_quoted = true,
            _ if is_quoted => field.push(byte),
            b'\n' => {
                if field.last() == Some(&b'\r') {
                    field.pop();
                }
                fields.push(field);
                return Parsed::Record { fields, length: at };
            }
            _ if byte == delimiter => fields.push(std::mem::take(&mut field)),
            _ => {
                // What needs no second look goes at once.
                let is_plain = |byte: &u8| !matches!(byte, b'\\' | b'"' | b'\n') && *byte != delimiter;
                let plain = bytes[at..].iter().position(|byte| !is_plain(byte)).unwrap_or(bytes.len() - at);
                field.extend_from_slice(&bytes[at - 1..at + plain]);
                at += plain;
            }
        }
    }
    if !is_over {
        return Parsed::Incomplete;
    }
    fields.push(field);
    Parsed::Record { fields, length: at }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_read_as_aws_reads_them() {
        let told = |text: &str| match parse(text.as_bytes(), b',', true) {
            Parsed::Record { fields, length } => {
                let fields: Vec<_> = fields.into_iter().map(|field| String::from_utf8(field).expect("text")).collect();
                format!("{} {}", length, fields.join("|"))
            }
            Parsed::Incomplete => "incomplete".to_owned(),
        };
        assert_eq!(told("a,b\nc"), "4 a|b");
        assert_eq!(told("a,\"b,\"\"c\"\"\nd\"\r\ne"), "15 a|b,\"c\"\nd");
        assert_eq!(told(r#"a\,b,\"c\",d\\e,f\g"#), "19 a,b|\"c\"|d\\e|fg");
        assert_eq!(told(",\n"), "2 |");
        assert!(matches!(parse(b"a,\"b", b',', false), Parsed::Incomplete));
        assert!(matches!(parse(b"a,b", b',', false), Parsed::Incomplete));
    }
}
