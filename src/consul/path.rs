//! Percent-encoding of names that go into a URL's path.
//!
//! Keys and names may hold any UTF-8. Encoding is total: every input has an output, and decoding
//! gives the input back. Whether a URL can carry the result is checked where requests are built.

use std::fmt::Write as _;

/// Encodes a KV key or other path: every byte outside the unreserved set, but `/` stays.
///
/// ```
/// assert_eq!(dcview::consul::encode_path("a b/ü?"), "a%20b/%C3%BC%3F");
/// ```
pub fn encode_path(path: &str) -> String {
    encode(path, |byte| byte == b'/')
}

/// Encodes one segment (a service's or node's name): as [`encode_path`], and `/` too.
pub fn encode_segment(name: &str) -> String {
    encode(name, |_| false)
}

fn encode(text: &str, keep: impl Fn(u8) -> bool) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        let unreserved = byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~');
        if unreserved || keep(byte) {
            out.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn decode(text: &str) -> Vec<u8> {
        let bytes = text.as_bytes();
        let mut out = Vec::new();
        let mut at = 0;
        while at < bytes.len() {
            if bytes[at] == b'%' {
                out.push(u8::from_str_radix(text.get(at + 1..at + 3).unwrap(), 16).unwrap());
                at += 3;
            } else {
                out.push(bytes[at]);
                at += 1;
            }
        }
        out
    }

    #[test]
    fn a_segment_encodes_its_slashes() {
        assert_eq!(encode_segment("a/b"), "a%2Fb");
    }

    proptest! {
        #[test]
        fn decoding_gives_the_key_back(key in ".*") {
            let encoded = encode_path(&key);
            prop_assert_eq!(decode(&encoded), key.as_bytes());
            prop_assert!(encoded.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~/%".contains(&b)));
        }
    }
}
