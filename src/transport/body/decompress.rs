//! Compressed bodies, decompressed as they come.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

#[cfg(feature = "brotli")]
use async_compression::tokio::bufread::BrotliDecoder;
use async_compression::tokio::bufread::{DeflateDecoder, GzipDecoder, ZlibDecoder};
use bytes::{Bytes, BytesMut};
use futures_util::{StreamExt, stream};
use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio_util::io::StreamReader;

use super::{Encoding, Frames};
use crate::transport::memory_budget::Reservation;
use crate::transport::{Error, ErrorKind};

/// The size of a piece, in bytes.
const PIECE: usize = 32 << 10;
/// The largest window of zstd, as a power of 2: what RFC 9659 allows in HTTP.
#[cfg(feature = "zstd")]
const ZSTD_WINDOW_LOG: u32 = 23;
/// The most that decompression itself holds of what it has put out, in bytes: the
/// largest window of brotli.
const WINDOW: usize = 16 << 20;

type Reader = Pin<Box<dyn AsyncBufRead + Send + Sync>>;

/// A body without its compression.
pub(super) struct Decompressed {
    state: State,
    encodings: Vec<Encoding>,
    /// How much of the window is counted.
    window: usize,
    /// Whether all compressed bytes have come.
    is_whole: Arc<AtomicBool>,
}

enum State {
    Start(Reader),
    Body(Reader),
    End,
}

impl Decompressed {
    pub(super) fn new(frames: Frames, encodings: Vec<Encoding>) -> Self {
        let is_whole = Arc::new(AtomicBool::new(false));
        let state = Some((frames, Arc::clone(&is_whole)));
        let bytes = stream::unfold(state, |state| async {
            let (mut frames, is_whole) = state?;
            match frames.next().await {
                Ok(Some(piece)) => Some((Ok(piece), Some((frames, is_whole)))),
                Ok(None) => {
                    is_whole.store(true, Ordering::Relaxed);
                    None
                }
                Err(error) => Some((Err(io::Error::other(error)), None)),
            }
        });
        // A stream that is asked after its end has to say so again.
        let bytes: Pin<Box<dyn futures_core::Stream<Item = io::Result<Bytes>> + Send + Sync>> =
            Box::pin(bytes.fuse());
        Self {
            state: State::Start(Box::pin(StreamReader::new(bytes))),
            encodings,
            window: 0,
            is_whole,
        }
    }

    /// The next piece; none at the end.
    pub(super) async fn next(&mut self, memory: &mut Reservation) -> Result<Option<Bytes>, Error> {
        let piece = self.read().await.map_err(|error| self.failed(error))?;
        if let Some(piece) = &piece
            && self.window < WINDOW
        {
            memory.grow(piece.len())?;
            self.window += piece.len();
        }
        Ok(piece)
    }

    async fn read(&mut self) -> io::Result<Option<Bytes>> {
        // After an error there is nothing more.
        let state = std::mem::replace(&mut self.state, State::End);
        let mut reader = match state {
            State::Start(reader) => match start(reader, &self.encodings).await? {
                Some(reader) => reader,
                None => return Ok(None),
            },
            State::Body(reader) => reader,
            State::End => return Ok(None),
        };
        let mut piece = BytesMut::with_capacity(PIECE);
        if reader.read_buf(&mut piece).await? == 0 {
            return Ok(None);
        }
        self.state = State::Body(reader);
        Ok(Some(piece.freeze()))
    }

    /// The transport's own error where that is the reason, or one that says what is
    /// wrong with the body.
    fn failed(&self, error: io::Error) -> Error {
        // Some decoders do not tell a body that ends early from a corrupt one.
        let ends_early = match error.kind() {
            io::ErrorKind::UnexpectedEof => true,
            io::ErrorKind::Other => self.is_whole.load(Ordering::Relaxed),
            _ => false,
        };
        let error = match error.downcast::<Error>() {
            Ok(error) => return error,
            Err(error) => error,
        };
        let names: Vec<String> = self.encodings.iter().map(ToString::to_string).collect();
        let names = names.join(", ");
        let (kind, message) = match ends_early {
            true => (
                ErrorKind::Interrupted,
                format!("the answer, compressed as {names}, ends in the middle"),
            ),
            false => (
                ErrorKind::Decode,
                format!(
                    "the answer says that it is compressed as {names} (content-encoding) and \
                     cannot be decompressed"
                ),
            ),
        };
        Error::new(kind, message).because(error)
    }
}

/// Puts the decoders in place. A body without a byte has none.
async fn start(mut reader: Reader, encodings: &[Encoding]) -> io::Result<Option<Reader>> {
    if reader.fill_buf().await?.is_empty() {
        return Ok(None);
    }
    for encoding in encodings.iter().rev() {
        reader = match encoding {
            Encoding::Gzip => {
                let mut decoder = GzipDecoder::new(reader);
                decoder.multiple_members(true);
                Box::pin(BufReader::new(decoder))
            }
            Encoding::Deflate => match is_zlib(reader.fill_buf().await?) {
                true => Box::pin(BufReader::new(ZlibDecoder::new(reader))),
                // Some servers leave out zlib's envelope.
                false => Box::pin(BufReader::new(DeflateDecoder::new(reader))),
            },
            #[cfg(feature = "brotli")]
            Encoding::Brotli => Box::pin(BufReader::new(BrotliDecoder::new(reader))),
            // `Encoding::of` has refused them.
            #[cfg(not(feature = "brotli"))]
            Encoding::Brotli => return Err(io::ErrorKind::Unsupported.into()),
            #[cfg(not(feature = "zstd"))]
            Encoding::Zstd => return Err(io::ErrorKind::Unsupported.into()),
            #[cfg(feature = "zstd")]
            Encoding::Zstd => {
                use async_compression::tokio::bufread::ZstdDecoder;
                use async_compression::zstd::DParameter;

                let window = DParameter::window_log_max(ZSTD_WINDOW_LOG);
                let mut decoder = ZstdDecoder::with_params(reader, &[window]);
                decoder.multiple_members(true);
                Box::pin(BufReader::new(decoder))
            }
        };
    }
    Ok(Some(reader))
}

/// True for the first byte of zlib's envelope: deflate, in a window that there is.
fn is_zlib(start: &[u8]) -> bool {
    start
        .first()
        .is_none_or(|byte| byte & 0x0f == 8 && byte >> 4 <= 7)
}
