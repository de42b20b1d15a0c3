//! A small real archive of a trained model: a tar file in a Zstandard frame, with tiny weights in it.

use bytes::Bytes;
use serde_json::{Value, json};

/// The entries of an archive: names and contents.
type Entries = Vec<(&'static str, Vec<u8>)>;

/// `model.tar.zst` of a job: its configuration and one small tensor.
pub(crate) fn model(base_model: &str, job: &str, adapter: bool) -> Bytes {
    let config = json!({
        "base_model_name_or_path": base_model,
        "peft_type": adapter.then_some("LORA"),
        "sandbox_job": job,
    });
    let (config_name, weights_name) = match adapter {
        true => ("adapter_config.json", "adapter_model.safetensors"),
        false => ("config.json", "model.safetensors"),
    };
    let entries: Entries = vec![
        (config_name, pretty(&config)),
        (weights_name, safetensors()),
        (
            "tokenizer_config.json",
            pretty(&json!({"model_max_length": 8192})),
        ),
    ];
    Bytes::from(zstandard(&tar(&entries)))
}

fn pretty(value: &Value) -> Vec<u8> {
    format!("{value:#}\n").into_bytes()
}

/// One tensor of four zeros, in the safetensors format.
fn safetensors() -> Vec<u8> {
    let header = json!({"sandbox.weight": {"dtype": "F32", "shape": [4], "data_offsets": [0, 16]}});
    let header = header.to_string().into_bytes();
    let mut file = (header.len() as u64).to_le_bytes().to_vec();
    file.extend(header);
    file.extend([0; 16]);
    file
}

/// A ustar archive.
fn tar(entries: &Entries) -> Vec<u8> {
    let mut archive = Vec::new();
    for (name, content) in entries {
        archive.extend(tar_header(name, content.len()));
        archive.extend(content);
        archive.resize(archive.len().next_multiple_of(512), 0);
    }
    archive.resize(archive.len() + 1024, 0);
    archive
}

fn tar_header(name: &str, size: usize) -> [u8; 512] {
    let mut header = [0; 512];
    let mut put =
        |at: usize, text: &str| header[at..at + text.len()].copy_from_slice(text.as_bytes());
    put(0, name);
    put(100, "0000644\0");
    put(108, "0000000\0");
    put(116, "0000000\0");
    put(124, &format!("{size:011o}\0"));
    put(136, "00000000000\0");
    put(148, "        ");
    put(156, "0");
    put(257, "ustar\0");
    put(263, "00");
    let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
    let sum = format!("{sum:06o}\0 ");
    header[148..156].copy_from_slice(sum.as_bytes());
    header
}

/// A Zstandard frame of uncompressed blocks, which every reader of the format takes.
fn zstandard(content: &[u8]) -> Vec<u8> {
    const MAGIC: [u8; 4] = [0x28, 0xB5, 0x2F, 0xFD];
    /// One segment, and the content's size in four bytes.
    const DESCRIPTOR: u8 = 0xA0;
    const BLOCK: usize = 64 << 10;

    let mut frame = MAGIC.to_vec();
    frame.push(DESCRIPTOR);
    frame.extend((content.len() as u32).to_le_bytes());
    let blocks = content.chunks(BLOCK);
    let last = blocks.len().saturating_sub(1);
    for (at, block) in blocks.enumerate() {
        let header = (block.len() as u32) << 3 | u32::from(at == last);
        frame.extend(&header.to_le_bytes()[..3]);
        frame.extend(block);
    }
    frame
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_frame_says_how_long_its_content_is() {
        let archive = model("base", "ft-1", true);
        assert_eq!(archive[..4], [0x28, 0xB5, 0x2F, 0xFD]);
        let size = u32::from_le_bytes(archive[5..9].try_into().unwrap());
        assert_eq!(archive.len() as u32, 4 + 1 + 4 + 3 + size);
        assert_eq!(size % 512, 0);
    }
}
