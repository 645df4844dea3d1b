//! Streams of events, `application/vnd.amazon.eventstream`: messages behind each other, each with its lengths, headers, a payload and two sums
//! (<https://smithy.io/2.0/aws/amazon-eventstream.html>). A stream is read when it has come to its end; how long it may be is whose business it is who asks.

use bytes::{Buf, Bytes};

/// The lengths and their sum.
const PRELUDE_BYTES: usize = 12;
/// The sum behind a message.
const SUM_BYTES: usize = 4;
/// What AWS allows.
const HEADERS_BYTES_MAX: usize = 128 << 10;
const MESSAGE_BYTES_MAX: usize = 24 << 20;

/// A message.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Message {
    headers: Vec<(String, Header)>,
    pub(crate) payload: Bytes,
}

/// The value of a header.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Header {
    Bool(bool),
    Integer(i64),
    Bytes(Bytes),
    Text(String),
    /// Milliseconds since the Unix epoch.
    Moment(i64),
}

impl Message {
    pub(crate) fn header(&self, name: &str) -> Option<&Header> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value)
    }

    /// A header that is a text.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        match self.header(name)? {
            Header::Text(text) => Some(text),
            _ => None,
        }
    }
}

/// All messages of a stream.
pub(crate) fn messages(mut stream: Bytes) -> Result<Vec<Message>, String> {
    let mut messages = Vec::new();
    while !stream.is_empty() {
        let number = messages.len() + 1;
        let message = message(&mut stream).map_err(|problem| format!("message {number} of the stream {problem}"))?;
        messages.push(message);
    }
    Ok(messages)
}

/// The next message; it is taken from the stream.
fn message(stream: &mut Bytes) -> Result<Message, String> {
    let short = || "ends too early".to_owned();
    let prelude = stream.get(..PRELUDE_BYTES).ok_or_else(short)?;
    let number = |at: usize| u32::from_be_bytes([prelude[at], prelude[at + 1], prelude[at + 2], prelude[at + 3]]);
    let (length, headers_length) = (number(0) as usize, number(4) as usize);
    if crc32fast::hash(&prelude[..8]) != number(8) {
        return Err("has lengths that do not fit their sum".to_owned());
    }
    if length > MESSAGE_BYTES_MAX || headers_length > HEADERS_BYTES_MAX {
        return Err(format!("is too long: {length} bytes, its headers {headers_length}"));
    }
    if length < PRELUDE_BYTES + headers_length + SUM_BYTES {
        return Err("has a length that has no room for its headers".to_owned());
    }
    if stream.len() < length {
        return Err(short());
    }
    let mut message = stream.split_to(length);
    let mut sum = message.split_off(length - SUM_BYTES);
    if crc32fast::hash(&message) != sum.get_u32() {
        return Err("does not fit its sum".to_owned());
    }
    let mut rest = message.split_off(PRELUDE_BYTES);
    let headers = headers(rest.split_to(headers_length)).ok_or("has headers that cannot be read")?;
    Ok(Message { headers, payload: rest })
}

fn headers(mut bytes: Bytes) -> Option<Vec<(String, Header)>> {
    let mut headers = Vec::new();
    while !bytes.is_empty() {
        let length = usize::from(bytes.try_get_u8().ok()?);
        let name = text(taken(&mut bytes, length)?)?;
        let value = match bytes.try_get_u8().ok()? {
            0 => Header::Bool(true),
            1 => Header::Bool(false),
            2 => Header::Integer(bytes.try_get_i8().ok()?.into()),
            3 => Header::Integer(bytes.try_get_i16().ok()?.into()),
            4 => Header::Integer(bytes.try_get_i32().ok()?.into()),
            5 => Header::Integer(bytes.try_get_i64().ok()?),
            6 => Header::Bytes(with_length(&mut bytes)?),
            7 => Header::Text(text(with_length(&mut bytes)?)?),
            8 => Header::Moment(bytes.try_get_i64().ok()?),
            9 => Header::Text(uuid(&taken(&mut bytes, 16)?)),
            _ => return None,
        };
        headers.push((name, value));
    }
    Some(headers)
}

fn with_length(bytes: &mut Bytes) -> Option<Bytes> {
    let length = usize::from(bytes.try_get_u16().ok()?);
    taken(bytes, length)
}

fn taken(bytes: &mut Bytes, length: usize) -> Option<Bytes> {
    (bytes.len() >= length).then(|| bytes.split_to(length))
}

fn text(bytes: Bytes) -> Option<String> {
    String::from_utf8(bytes.into()).ok()
}

fn uuid(bytes: &[u8]) -> String {
    let hex = crate::signature::hex(bytes);
    [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-")
}

/// A message whose headers are texts.
#[cfg(test)]
pub(crate) fn encoded(headers: &[(&str, &str)], payload: &[u8]) -> Vec<u8> {
    let header = |(name, value): &(&str, &str)| {
        let lengths = (name.len() as u8, (value.len() as u16).to_be_bytes());
        [&[lengths.0], name.as_bytes(), &[7], &lengths.1, value.as_bytes()].concat()
    };
    let headers: Vec<u8> = headers.iter().flat_map(header).collect();
    let length = PRELUDE_BYTES + headers.len() + payload.len() + SUM_BYTES;
    let mut message = [(length as u32).to_be_bytes(), (headers.len() as u32).to_be_bytes()].concat();
    message.extend(crc32fast::hash(&message).to_be_bytes());
    message.extend(headers.iter().chain(payload));
    message.extend(crc32fast::hash(&message).to_be_bytes());
    message
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(hex: &str) -> Vec<u8> {
        let digits: Vec<u8> = hex.bytes().filter(u8::is_ascii_hexdigit).collect();
        let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).expect("ASCII"), 16).expect("hex");
        digits.chunks(2).map(byte).collect()
    }

    /// What botocore reads so: every type of header, and none.
    const ALL_HEADERS: &str = "\
        000000840000006c6540e4480b3a6576656e742d747970650700056368756e6b0379657300026e6f01046279746502fb0369313603fed40369333204\
        000111700369363405fffffffed5fa0e0005627974657306000200ff026174080000019ac1dbd140026964090102030405060708090a0b0c0d0e0f10\
        7b2261223a20317d32cfafe8";
    const PLAIN: &str = "000000100000000005c248eb7d98c8ff";

    #[test]
    fn messages_are_read() {
        let stream = [bytes(ALL_HEADERS), bytes(PLAIN)].concat();
        let read = messages(stream.into()).expect("a stream");
        let text = |text: &str| Header::Text(text.to_owned());
        let expected = [
            (":event-type", text("chunk")),
            ("yes", Header::Bool(true)),
            ("no", Header::Bool(false)),
            ("byte", Header::Integer(-5)),
            ("i16", Header::Integer(-300)),
            ("i32", Header::Integer(70_000)),
            ("i64", Header::Integer(-5_000_000_000)),
            ("bytes", Header::Bytes(Bytes::from_static(b"\x00\xff"))),
            ("at", Header::Moment(1_764_189_000_000)),
            ("id", text("01020304-0506-0708-090a-0b0c0d0e0f10")),
        ];
        let expected: Vec<_> = expected.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        assert_eq!(read[0], Message { headers: expected, payload: Bytes::from_static(b"{\"a\": 1}") });
        assert_eq!(read[1], Message { headers: Vec::new(), payload: Bytes::new() });
        assert_eq!(messages(Bytes::new()), Ok(Vec::new()));
    }

    #[test]
    fn what_is_no_stream_is_told() {
        let whole = bytes(ALL_HEADERS);
        // A flipped bit anywhere, and an end anywhere.
        for at in 0..whole.len() {
            let mut broken = whole.clone();
            broken[at] ^= 1;
            assert!(messages(broken.into()).is_err(), "bit of byte {at}");
            assert!(at == 0 || messages(whole[..at].to_vec().into()).is_err(), "end at {at}");
        }
        let with_lengths = |length: u32, headers: u32| {
            let mut prelude = [length.to_be_bytes(), headers.to_be_bytes()].concat();
            let sum = crc32fast::hash(&prelude);
            prelude.extend(sum.to_be_bytes());
            messages(prelude.into()).expect_err("it is none")
        };
        let told = [with_lengths(u32::MAX, 0), with_lengths(100, 200), with_lengths(15, 0), with_lengths(100, 0)];
        let expected = [
            "message 1 of the stream is too long: 4294967295 bytes, its headers 0",
            "message 1 of the stream has a length that has no room for its headers",
            "message 1 of the stream has a length that has no room for its headers",
            "message 1 of the stream ends too early",
        ];
        assert_eq!(told, expected);
    }
}
