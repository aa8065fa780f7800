//! Server-sent events, read from bytes as they come.

use std::mem;

/// The most bytes of a line, and of the data of a message. A body of 2 MiB takes twice that as a text in JSON.
pub(super) const BYTES_MAX: usize = 8 * 1024 * 1024;

/// A message of a stream.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Message {
    /// The cursor that it gives; none if it says none.
    pub(super) id: Option<String>,
    /// What it is called.
    pub(super) event: String,
    /// What it says; none if it only gives a cursor.
    pub(super) data: Option<String>,
}

/// A line or message has more than [`BYTES_MAX`] bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a message of the stream has more than {BYTES_MAX} bytes")]
pub(super) struct TooLarge;

/// What came and is no whole message yet.
#[derive(Debug, Default)]
pub(super) struct Reader {
    line: Vec<u8>,
    /// A line just ended with a carriage return: a line feed behind it is of the same end.
    is_after_cr: bool,
    message: Message,
}

impl Reader {
    /// Takes what came next; the messages that are whole now.
    pub(super) fn push(&mut self, bytes: &[u8]) -> Result<Vec<Message>, TooLarge> {
        let (mut messages, mut rest) = (Vec::new(), bytes);
        while let Some(first) = rest.first() {
            if mem::take(&mut self.is_after_cr) && *first == b'\n' {
                rest = &rest[1..];
                continue;
            }
            let end = rest.iter().position(|byte| matches!(byte, b'\n' | b'\r'));
            let part = &rest[..end.unwrap_or(rest.len())];
            if self.line.len() + part.len() > BYTES_MAX {
                return Err(TooLarge);
            }
            self.line.extend_from_slice(part);
            let Some(end) = end else { break };
            self.is_after_cr = rest[end] == b'\r';
            rest = &rest[end + 1..];
            let line = mem::take(&mut self.line);
            if line.is_empty() {
                let message = mem::take(&mut self.message);
                if message.id.is_some() || message.data.is_some() {
                    messages.push(message);
                }
            } else {
                self.field(&String::from_utf8_lossy(&line))?;
            }
        }
        Ok(messages)
    }

    /// A line that is not empty. Fields that nobody here asks for, and comments, are passed by.
    fn field(&mut self, line: &str) -> Result<(), TooLarge> {
        let (name, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match name {
            "id" if !value.contains('\0') => self.message.id = Some(value.to_owned()),
            "event" => value.clone_into(&mut self.message.event),
            "data" => match &mut self.message.data {
                None => self.message.data = Some(value.to_owned()),
                Some(data) if data.len() + value.len() >= BYTES_MAX => return Err(TooLarge),
                Some(data) => {
                    data.push('\n');
                    data.push_str(value);
                }
            },
            _ => {}
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(id: Option<&str>, event: &str, data: Option<&str>) -> Message {
        Message { id: id.map(ToOwned::to_owned), event: event.to_owned(), data: data.map(ToOwned::to_owned) }
    }

    #[test]
    fn messages_are_the_same_however_the_bytes_are_cut() {
        let stream = ":\nid: a\n\nid: b\r\nevent: email.sent\r\ndata: {\"ü\":1}\r\n\r\n: quiet\rid:c\rdata: 1\rdata:  2\r\r\
                      retry: 5\n\nevent: x\n\nid: d\0e\ndata\n\ndata: unfinished";
        let expected = [
            message(Some("a"), "", None),
            message(Some("b"), "email.sent", Some("{\"ü\":1}")),
            message(Some("c"), "", Some("1\n 2")),
            message(None, "", Some("")),
        ];
        for size in 1..=stream.len() {
            let mut reader = Reader::default();
            let parts = stream.as_bytes().chunks(size).map(|part| reader.push(part).expect("small"));
            assert_eq!(parts.flatten().collect::<Vec<_>>(), expected, "in parts of {size}");
        }
    }

    #[test]
    fn lines_and_messages_are_bounded() {
        let long = vec![b'x'; BYTES_MAX];
        let mut reader = Reader::default();
        assert_eq!(reader.push(&long), Ok(Vec::new()));
        assert_eq!(reader.push(b"x"), Err(TooLarge));
        let mut reader = Reader::default();
        let half = [b"data: ", &long[..BYTES_MAX / 2], b"\n"].concat();
        assert_eq!(reader.push(&half), Ok(Vec::new()));
        assert_eq!(reader.push(&half), Err(TooLarge));
    }
}
