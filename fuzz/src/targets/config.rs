//! Configuration files, and the gateway's table in them.

use unitune::providers::Config;

/// What stands for a key in seeds: it is in no message, and in no Debug output.
const KEY: &str = "sk-fuzz-0123456789";

/// A file is accepted, or an error says where it is wrong and shows no key.
pub fn config(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    // Other files are none of this target's concern.
    if text.contains("_file") || text.contains('\\') {
        return;
    }
    match Config::from_toml(text) {
        Err(error) => {
            let shown = format!("{error} {error:?}");
            // A key in the place of a name is shown: it cannot be told from one.
            let elsewhere = text.replace(&format!("key = \"{KEY}\""), "");
            assert!(elsewhere.contains(KEY) || !shown.contains(KEY), "{shown}");
            assert!(
                shown.len() < 20_000 + 4 * text.len(),
                "the error is too long"
            );
        }
        Ok(config) => {
            let mut names: Vec<&str> = config
                .providers()
                .accounts()
                .iter()
                .map(|a| a.name())
                .collect();
            names.sort_unstable();
            let count = names.len();
            names.dedup();
            assert_eq!(names.len(), count, "two accounts of one name");
            let elsewhere = text.replace(&format!("key = \"{KEY}\""), "");
            let shown = format!("{config:?} {:?}", config.providers());
            assert!(elsewhere.contains(KEY) || !shown.contains(KEY), "{shown}");
            match config.table::<unitune_gateway::Config>("gateway") {
                Ok(Some(gateway)) => {
                    let shown = format!("{gateway:?}");
                    assert!(elsewhere.contains(KEY) || !shown.contains(KEY), "{shown}");
                    // Whatever the settings are, the answer is a result.
                    let _ = unitune_gateway::router(config.providers(), gateway);
                }
                Ok(None) => {}
                Err(error) => {
                    let shown = format!("{error} {error:?}");
                    assert!(elsewhere.contains(KEY) || !shown.contains(KEY), "{shown}");
                }
            }
        }
    }
}
