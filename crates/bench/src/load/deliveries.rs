//! Events of the corpus, posted to a receiving address.

use std::{io::Write, net::SocketAddr};

use super::{Answer, Requests};
use crate::corpus::Corpus;

/// What the answer to a new event has, its two fields in either order.
const PROCESSED: [&[u8]; 2] = [br#""status":"processed""#, br#""event_id":"#];

/// Deliveries to one address, from an event of the corpus on.
pub(crate) struct Deliveries {
    corpus: Corpus,
    /// The event of index 0.
    first: u64,
    /// The request up to the digits of the length.
    head: Vec<u8>,
}

/// Digits of a length: no body of the corpus has more. Leading zeros are allowed (RFC 9110, 8.6), so the head has one size.
const LENGTH_DIGITS: usize = 6;

impl Deliveries {
    pub(crate) fn new(corpus: Corpus, first: u64, target: SocketAddr, path: &str) -> Deliveries {
        let head = format!("POST {path} HTTP/1.1\r\nhost: {target}\r\ncontent-type: application/json\r\ncontent-length: ");
        Deliveries { corpus, first, head: head.into_bytes() }
    }
}

impl Requests for Deliveries {
    fn write(&self, index: u64, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.head);
        let length = out.len();
        out.extend_from_slice(b"000000\r\n\r\n");
        let start = out.len();
        self.corpus.write(self.first + index, out);
        let bytes = out.len() - start;
        // Writing to memory that is there does not fail.
        let _ = write!(&mut out[length..length + LENGTH_DIGITS], "{bytes:0LENGTH_DIGITS$}");
    }

    fn is_right(&self, answer: &Answer<'_>) -> bool {
        let says = |text: &&[u8]| answer.body.windows(text.len()).any(|window| window == *text);
        answer.status == 200 && PROCESSED.iter().all(says)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corpus::Contacts;

    #[test]
    fn a_request_states_its_length_and_only_new_events_are_right() {
        let target = SocketAddr::from(([127, 0, 0, 1], 9));
        let corpus = Corpus::new(Contacts::Fixed(10), 2);
        let deliveries = Deliveries::new(corpus.clone(), 40, target, "/public/smartlead-webhook/x");
        let (mut request, mut body) = (Vec::new(), Vec::new());
        deliveries.write(3, &mut request);
        corpus.write(43, &mut body);
        let text = String::from_utf8(request).expect("text");
        let (head, sent) = text.split_once("\r\n\r\n").expect("a head");
        assert_eq!(sent.as_bytes(), body);
        assert!(head.starts_with("POST /public/smartlead-webhook/x HTTP/1.1\r\nhost: 127.0.0.1:9\r\n"), "{head}");
        assert!(head.ends_with(&format!("content-length: {:06}", body.len())), "{head}");
        for (status, body, right) in [
            (200, r#"{"event_id":"x","status":"processed"}"#, true),
            (200, r#"{"status":"processed","event_id":"x"}"#, true),
            (200, r#"{"status":"duplicate","event_id":"x"}"#, false),
            (503, r#"{"status":"processed","event_id":"x"}"#, false),
            (200, "", false),
        ] {
            assert_eq!(deliveries.is_right(&Answer { status, retry_after: None, body: body.as_bytes() }), right, "{body}");
        }
    }
}
