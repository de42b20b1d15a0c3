//! Reads numbers.

use serde_json::Error;

use super::Reader;

/// The integers below it are floating-point numbers.
const EXACT: u64 = 1 << 53;

/// The powers of ten that a fraction is divided by: each is a floating-point number.
const POWERS_OF_TEN: [f64; 17] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
];

/// A number as serde has it.
pub(in crate::wire) enum Number {
    Positive(u64),
    Negative(i64),
    Float(f64),
}

impl Reader<'_> {
    /// Reads a number, whose first byte was peeked.
    #[inline]
    pub(in crate::wire) fn number(&mut self) -> Result<Number, Error> {
        let bytes = self.text.as_bytes();
        let is_negative = bytes.get(self.at) == Some(&b'-');
        let first = self.at + usize::from(is_negative);
        let (mut at, mut value) = (first, 0_u64);
        while let Some(byte) = bytes.get(at)
            && byte.is_ascii_digit()
        {
            value = value.wrapping_mul(10).wrapping_add(u64::from(byte - b'0'));
            at += 1;
        }
        // As many digits as fit into 63 bits, none of them a zero too many.
        let is_plain = match at - first {
            1 => !(is_negative && value == 0),
            2..=18 => bytes.get(first) != Some(&b'0'),
            _ => false,
        };
        match bytes.get(at) {
            Some(b'.') if is_plain || value == 0 && at == first + 1 => {
                return self.decimal(is_negative, value, at + 1);
            }
            Some(b'.' | b'e' | b'E') => return self.long_number(),
            _ if !is_plain => return self.long_number(),
            _ => {}
        }
        self.at = at;
        let value = value.cast_signed();
        Ok(match is_negative {
            true => Number::Negative(-value),
            false => Number::Positive(value.cast_unsigned()),
        })
    }

    /// Reads the fraction of a number whose digits before it are given. As long as the
    /// digits and the power of ten are floating-point numbers without error, the quotient
    /// is the one that is nearest.
    #[inline]
    fn decimal(&mut self, is_negative: bool, digits: u64, start: usize) -> Result<Number, Error> {
        let bytes = self.text.as_bytes();
        let (mut at, mut digits) = (start, digits);
        while let Some(byte) = bytes.get(at)
            && byte.is_ascii_digit()
            && digits < EXACT / 10
        {
            digits = digits * 10 + u64::from(byte - b'0');
            at += 1;
        }
        let is_whole = at > start && !matches!(bytes.get(at), Some(b'0'..=b'9' | b'e' | b'E'));
        let (Some(power), true) = (POWERS_OF_TEN.get(at - start), is_whole && digits < EXACT)
        else {
            return self.long_number();
        };
        self.at = at;
        #[allow(clippy::cast_precision_loss, reason = "below `EXACT` there is none")]
        let value = digits as f64 / power;
        Ok(Number::Float(if is_negative { -value } else { value }))
    }

    /// Reads a number with an exponent or many digits.
    fn long_number(&mut self) -> Result<Number, Error> {
        let start = self.at;
        self.skip_number()?;
        let text = self.text.get(start..self.at).unwrap_or_default();
        // `-0` is a fraction, because no integer has its sign.
        if !text.contains(['.', 'e', 'E']) && text != "-0" {
            if let Ok(value) = text.parse() {
                return Ok(Number::Positive(value));
            }
            if let Ok(value) = text.parse() {
                return Ok(Number::Negative(value));
            }
        }
        match text.parse::<f64>() {
            Ok(value) if value.is_finite() => Ok(Number::Float(value)),
            _ => Err(self.malformed()),
        }
    }

    /// Steps over a number by the grammar of JSON.
    pub(super) fn skip_number(&mut self) -> Result<(), Error> {
        let start = self.at;
        let bytes = self.text.as_bytes();
        let digits = |from: usize| {
            let rest = bytes.get(from..).unwrap_or_default();
            from + rest.iter().take_while(|byte| byte.is_ascii_digit()).count()
        };
        let mut is_number = true;
        let first = start + usize::from(bytes.get(start) == Some(&b'-'));
        let mut at = digits(first);
        is_number &= at == first + 1 || at > first && bytes.get(first) != Some(&b'0');
        if bytes.get(at) == Some(&b'.') {
            let end = digits(at + 1);
            is_number &= end > at + 1;
            at = end;
        }
        if matches!(bytes.get(at), Some(b'e' | b'E')) {
            let sign = usize::from(matches!(bytes.get(at + 1), Some(b'+' | b'-')));
            let end = digits(at + 1 + sign);
            is_number &= end > at + 1 + sign;
            at = end;
        }
        match is_number {
            true => {
                self.at = at;
                Ok(())
            }
            false => Err(self.malformed()),
        }
    }
}
