//! Finds the one fenced block of a Markdown page.

use crate::located_error::{Fault, Result};

/// The text between the fences.
#[derive(Debug)]
pub struct Block {
    /// What stands between them.
    pub text: String,
    /// How many lines of the page come before it.
    pub line: usize,
}

/// Finds the one YAML or JSON block of a page that holds an OpenAPI document.
///
/// A page may hold other fenced blocks, examples for instance: those whose
/// text does not name an OpenAPI version are passed over.
pub fn fenced(name: &str, text: &str) -> Result<Block> {
    let mut blocks = Vec::new();
    let mut open: Option<(usize, String, usize, Vec<&str>)> = None;
    for (n, line) in text.lines().enumerate() {
        let trimmed = line.trim_start();
        let ticks = trimmed.chars().take_while(|c| *c == '`').count();
        match &mut open {
            Some((fence, _, _, _)) if ticks >= *fence && trimmed.trim_end().len() == ticks => {
                if let Some((_, language, start, lines)) = open.take() {
                    blocks.push((language, start, lines.join("\n")));
                }
            }
            Some((_, _, _, lines)) => lines.push(line),
            None if ticks >= 3 => {
                let info = trimmed[ticks..].split_whitespace().next().unwrap_or("");
                open = Some((ticks, info.to_lowercase(), n + 1, Vec::new()));
            }
            None => {}
        }
    }
    if let Some((_, _, start, _)) = open {
        return Err(Fault::line(name, start, "a fenced block without an end").into());
    }
    let mut documents = blocks.into_iter().filter(|(language, _, text)| {
        matches!(language.as_str(), "yaml" | "yml" | "json" | "") && names_a_version(text)
    });
    let Some((_, line, text)) = documents.next() else {
        return Err(Fault::line(name, 1, "no fenced block with an OpenAPI document").into());
    };
    if let Some((_, second, _)) = documents.next() {
        return Err(Fault::line(name, second, "a second fenced OpenAPI document").into());
    }
    Ok(Block { text, line })
}

fn names_a_version(text: &str) -> bool {
    text.lines().any(|line| {
        let line = line.trim_start().trim_start_matches(['"', '{', ' ']);
        line.starts_with("openapi")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_the_block_that_is_a_document() {
        let page = "# A\n\n```bash\ncurl\n```\n\n````yaml GET /x\nopenapi: 3.0.0\nb: '```'\n````\n";
        let block = fenced("x.md", page).unwrap();
        assert_eq!(block.text, "openapi: 3.0.0\nb: '```'");
        assert_eq!(block.line, 7);
    }

    #[test]
    fn none_two_and_unclosed_are_faults() {
        assert!(fenced("x.md", "# A\n").is_err());
        let one = "```yaml\nopenapi: 3.0.0\n```\n";
        assert!(fenced("x.md", &format!("{one}{one}")).is_err());
        assert!(fenced("x.md", "```yaml\nopenapi: 3.0.0\n").is_err());
    }
}
