//! A page of the guide: its fenced blocks, and the commands in them.

use std::path::{Path, PathBuf};

/// A fenced block.
pub struct Block {
    /// What stands behind the fence: a language and attributes.
    pub info: String,
    /// The index of its first line in the page.
    pub start: usize,
    pub lines: Vec<String>,
}

/// A command of a `console` block, and what it has to print.
pub struct Command {
    pub text: String,
    /// The exit code, from a line `? 1`.
    pub code: i32,
    pub output: String,
}

pub struct Page {
    pub path: PathBuf,
    pub lines: Vec<String>,
    pub blocks: Vec<Block>,
}

impl Page {
    pub fn read(path: &Path) -> Self {
        let text = std::fs::read_to_string(path).unwrap();
        let lines: Vec<String> = text.lines().map(str::to_owned).collect();
        let mut blocks: Vec<Block> = Vec::new();
        let mut is_open = false;
        for (at, line) in lines.iter().enumerate() {
            let fence = line.trim_start().strip_prefix("```");
            match fence {
                Some(info) if !is_open => {
                    assert!(
                        line.starts_with("```"),
                        "{}: {line:?} is indented",
                        path.display()
                    );
                    is_open = true;
                    blocks.push(Block {
                        info: info.to_owned(),
                        start: at + 1,
                        lines: Vec::new(),
                    });
                }
                Some(_) => is_open = false,
                None if is_open => blocks.last_mut().unwrap().lines.push(line.clone()),
                None => {}
            }
        }
        assert!(!is_open, "{}: a block does not end", path.display());
        Self {
            path: path.to_owned(),
            lines,
            blocks,
        }
    }

    /// Its name below `src`.
    pub fn name(&self) -> String {
        let name = self.path.strip_prefix(super::source()).unwrap();
        name.to_str().unwrap().to_owned()
    }

    /// The page's lines that are in no block, nor around one.
    pub fn prose(&self) -> impl Iterator<Item = &str> {
        let is_code = |at: usize| {
            let mut blocks = self.blocks.iter();
            blocks.any(|block| (block.start - 1..=block.start + block.lines.len()).contains(&at))
        };
        let lines = self.lines.iter().enumerate();
        lines.filter_map(move |(at, line)| (!is_code(at)).then_some(line.as_str()))
    }
}

impl Block {
    pub fn language(&self) -> &str {
        self.info.split(',').next().unwrap_or_default()
    }

    /// The file's name in a first line that is a comment with nothing else.
    pub fn file(&self) -> Option<&str> {
        let first = self.lines.first()?;
        let name = first
            .strip_prefix("# ")
            .filter(|name| !name.contains(' '))?;
        name.contains('.').then_some(name)
    }

    pub fn text(&self) -> String {
        let mut text = self.lines.join("\n");
        text.push('\n');
        text
    }

    /// The commands of a `console` block.
    pub fn commands(&self) -> Vec<Command> {
        let mut commands: Vec<Command> = Vec::new();
        let mut lines = self.lines.iter().peekable();
        while let Some(line) = lines.next() {
            if let Some(text) = line.strip_prefix("$ ") {
                let mut text = text.to_owned();
                while text.ends_with('\\') {
                    text.push('\n');
                    text.push_str(lines.next().expect("a line after a backslash"));
                }
                let code = lines.peek().and_then(|next| next.strip_prefix("? "));
                let code = code.map(|code| code.parse().unwrap());
                if code.is_some() {
                    lines.next();
                }
                commands.push(Command {
                    text,
                    code: code.unwrap_or_default(),
                    output: String::new(),
                });
            } else {
                let command = commands.last_mut();
                let command = command.unwrap_or_else(|| panic!("no command before {line:?}"));
                command.output.push_str(line);
                command.output.push('\n');
            }
        }
        commands
    }
}

impl Command {
    /// As it stands in a page.
    pub fn written(&self) -> Vec<String> {
        let mut text = format!("$ {}\n", self.text);
        if self.code != 0 {
            text.push_str(&format!("? {}\n", self.code));
        }
        text.push_str(&self.output);
        text.lines().map(str::to_owned).collect()
    }
}
