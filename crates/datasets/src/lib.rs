#![doc = include_str!("../README.md")]
#![warn(missing_docs)]

mod check;
mod convert;
mod detect;
mod duplicates;
mod error;
mod findings;
mod image;
mod json;
mod lines;
pub mod models;
mod parallel;
mod progress;
mod rules;
mod statistics;
mod tokens;
pub mod vendors;

pub use check::{Check, CheckReport, FileRole};
pub use convert::{
    Alteration, AlterationKind, Convert, ConvertReport, FetchImage, FetchedImage, OnUnsupported,
};
pub use duplicates::{Duplicates, Overlap, SameLines};
pub use error::Error;
pub use findings::{Code, Finding, Findings, ListLimits};
pub use progress::{OnProgress, Progress, Stop};
pub use rules::{
    ChatRules, ExampleWeight, Format, ImageRules, Level, Method, MethodRules, PairRules,
    UnknownName, VendorRules,
};
pub use statistics::{Distribution, Statistics};
pub use tokens::TokenBasis;
