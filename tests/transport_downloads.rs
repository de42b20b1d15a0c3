//! Downloads to files: whole or not at all, and no other file is touched.

use std::fs;
use std::path::Path;
use std::time::Duration;

use bytes::Bytes;
use futures_util::{StreamExt, stream};
use unitune::transport::Download;
use unitune::{Error, ErrorKind};

/// How many pieces a download has here.
const PIECES: usize = 40;

/// A download of pieces that come one by one, all of the same byte.
fn download(byte: u8) -> Download {
    let pieces = stream::iter(0..PIECES).then(move |_| async move {
        tokio::task::yield_now().await;
        Ok(Bytes::from(vec![byte; 1 << 12]))
    });
    Download::from_stream(pieces, None)
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[tokio::test]
async fn downloads_to_one_name_do_not_mix() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("train.jsonl");
    let saves = (b'a'..=b'h').map(|byte| download(byte).save_to(path.clone()));
    for saved in futures_util::future::join_all(saves).await {
        assert_eq!(saved.unwrap(), (PIECES << 12) as u64);
        let content = fs::read(&path).unwrap();
        assert_eq!(content.len(), PIECES << 12);
        assert!(content.iter().all(|byte| *byte == content[0]));
    }
    assert_eq!(names(folder.path()), ["train.jsonl"]);
}

#[tokio::test]
async fn other_files_stay_as_they_were() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::write(at("a.jsonl.partial"), "mine").unwrap();
    fs::write(at("secret"), "mine too").unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink(at("secret"), at("b.jsonl.partial")).unwrap();
    let before = names(folder.path());

    let broken = stream::iter([
        Ok(Bytes::from_static(b"half")),
        Err(Error::new(ErrorKind::Connect, "it broke off")),
    ]);
    let broken = Download::from_stream(broken, None);
    broken.save_to(at("c.jsonl")).await.unwrap_err();
    let endless = stream::iter([Ok(Bytes::from_static(b"half"))]).chain(stream::pending());
    let endless = Download::from_stream(endless, None).save_to(at("d.jsonl"));
    let given_up = tokio::time::timeout(Duration::from_millis(100), endless).await;
    assert!(given_up.is_err());
    // The name is that of a folder, so the complete file cannot have it.
    fs::create_dir(at("folder")).unwrap();
    let error = download(b'x').save_to(at("folder")).await.unwrap_err();
    assert!(error.to_string().contains("folder cannot be written"));
    fs::remove_dir(at("folder")).unwrap();
    assert_eq!(names(folder.path()), before);

    for name in ["a.jsonl", "b.jsonl"] {
        download(b'x').save_to(at(name)).await.unwrap();
        assert_eq!(fs::read(at(name)).unwrap().len(), PIECES << 12);
    }
    assert_eq!(fs::read_to_string(at("a.jsonl.partial")).unwrap(), "mine");
    assert_eq!(fs::read_to_string(at("secret")).unwrap(), "mine too");
    assert_eq!(names(folder.path()).len(), before.len() + 2);
}

#[cfg(unix)]
#[tokio::test]
async fn a_saved_file_can_be_read_by_others_and_have_any_name() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let plain = folder.path().join("plain");
    fs::write(&plain, "x").unwrap();
    let path = folder.path().join("n".repeat(255));
    download(b'x').save_to(&path).await.unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode();
    assert_eq!(mode(&path), mode(&plain));
}

#[tokio::test]
async fn a_missing_folder_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("none/a.jsonl");
    let error = download(b'x').save_to(&path).await.unwrap_err();
    let expected = format!("{} cannot be written: ", path.display());
    assert!(error.to_string().contains(&expected), "{error}");
}
