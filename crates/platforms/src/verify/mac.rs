//! HMAC-SHA256, and its hexadecimal form.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::verify::Secret;

/// The HMAC-SHA256 of these parts, one behind the other.
pub(super) fn hmac_sha256(secret: &Secret, parts: &[&[u8]]) -> [u8; 32] {
    // A key of any length is a key: this cannot fail, and if it did, no signature would be this.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.expose()) else { return [0; 32] };
    parts.iter().for_each(|part| mac.update(part));
    mac.finalize().into_bytes().into()
}

/// The 32 bytes that a header's text of 64 hexadecimal digits stands for, in either case, behind `sha256=` or not.
pub(super) fn hex_32(text: &[u8]) -> Option<[u8; 32]> {
    let digits = text.strip_prefix(b"sha256=").unwrap_or(text);
    let mut bytes = [0; 32];
    hex::decode_to_slice(digits, &mut bytes).ok().map(|()| bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_vectors_of_rfc_4231_hold() {
        // Test cases 2 and 6: a short key, and one longer than a block.
        let cases: [(&[u8], &[u8], &str); 2] = [
            (b"Jefe", b"what do ya want for nothing?", "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
            (
                &[0xaa; 131],
                b"Test Using Larger Than Block-Size Key - Hash Key First",
                "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
            ),
        ];
        for (key, text, expected) in cases {
            let key = Secret::from_bytes(key.to_vec());
            let (one, two) = text.split_at(7);
            assert_eq!(hex::encode(hmac_sha256(&key, &[one, two])), expected);
        }
    }

    #[test]
    fn digests_are_read_in_either_case_and_with_a_prefix() {
        let digest = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        let expected = hex_32(digest.as_bytes());
        assert!(expected.is_some());
        for text in [digest.to_uppercase(), format!("sha256={digest}"), format!("sha256={}", digest.to_uppercase())] {
            assert_eq!(hex_32(text.as_bytes()), expected, "{text}");
        }
        for text in ["", "sha256=", &digest[1..], &format!("{digest}0"), &format!("sha1={digest}"), &format!(" {digest}")] {
            assert_eq!(hex_32(text.as_bytes()), None, "{text}");
        }
    }
}
