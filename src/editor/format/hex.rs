//! Bytes as rows of hex: offset, bytes, and what of them is printable ASCII.

/// How many bytes a row shows.
pub const HEX_WIDTH: usize = 16;

/// One row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HexRow {
    /// The offset of its first byte.
    pub offset: usize,
    /// Its bytes in hex, in two groups, as wide in the last row as in any other.
    pub hex: String,
    /// Its bytes as ASCII; a dot for what is not printable.
    pub ascii: String,
}

/// How many rows a value has.
pub fn hex_rows(bytes: &[u8]) -> usize {
    bytes.len().div_ceil(HEX_WIDTH)
}

/// The row at a place; `None` beyond the value.
pub fn hex_row(bytes: &[u8], at: usize) -> Option<HexRow> {
    let row = bytes.chunks(HEX_WIDTH).nth(at)?;
    let mut hex = String::with_capacity(3 * HEX_WIDTH);
    for place in 0..HEX_WIDTH {
        if place > 0 {
            hex.push_str(if place == HEX_WIDTH / 2 { "  " } else { " " });
        }
        match row.get(place) {
            Some(byte) => hex.extend([digit(byte >> 4), digit(byte & 15)]),
            None => hex.push_str("  "),
        }
    }
    let ascii = row.iter().map(|b| if (b' '..=b'~').contains(b) { char::from(*b) } else { '.' });
    Some(HexRow { offset: at * HEX_WIDTH, hex, ascii: ascii.collect() })
}

/// A digit below 16.
fn digit(value: u8) -> char {
    char::from_digit(u32::from(value), 16).unwrap_or('?')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_stand_in_rows_of_sixteen() {
        let bytes: Vec<u8> = (0..18).map(|n| n * 14).collect();
        assert_eq!(hex_rows(&bytes), 2);
        let row = hex_row(&bytes, 0).unwrap();
        assert_eq!(row.hex, "00 0e 1c 2a 38 46 54 62  70 7e 8c 9a a8 b6 c4 d2");
        assert_eq!((row.offset, row.ascii.as_str()), (0, "...*8FTbp~......"));
        let last = hex_row(&bytes, 1).unwrap();
        assert_eq!((last.offset, last.hex.len(), last.ascii.len()), (16, row.hex.len(), 2));
        assert_eq!(hex_row(&bytes, 2), None);
        assert_eq!((hex_rows(b""), hex_row(b"", 0)), (0, None));
    }
}
