//! `unitune jobs …`

pub mod get;
pub mod list;
