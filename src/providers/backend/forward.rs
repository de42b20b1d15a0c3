//! Implements [`Backend`] for shared backends: `Arc<dyn Backend>` and the like.

use std::sync::Arc;

use super::{Backend, Files, IdKind, JobOrder, Recognition};
use crate::Error;
use crate::providers::{
    Call, DatasetRules, JobChange, Operation, Page, PageQuery, Prepared, Reply, Support,
};
use crate::transport::{Clock, Download};
use crate::unify::{
    Checkpoint, CreateRequest, DatasetPreview, Event, Job, MetricPoint, ModelLimits,
    ModelShutdowns, OnUnsupported, PriceEstimate, Vendor,
};

/// Forwards every method to the shared backend.
macro_rules! forward {
    ($($name:ident $([$a:lifetime])? ($($arg:ident: $kind:ty),*) -> $answer:ty;)*) => {$(
        fn $name $(<$a>)? (&$($a)? self, $($arg: $kind),*) -> $answer {
            (**self).$name($($arg),*)
        }
    )*};
}

impl<B: Backend + ?Sized> Backend for Arc<B> {
    forward! {
        vendor() -> &Vendor;
        title() -> &str;
        support(operation: Operation) -> Support;
        recognize(id: &str, kind: IdKind) -> Recognition;
        order() -> JobOrder;
        cursor_after(job: &str) -> Option<String>;
        list['a](call: &'a Call, query: &'a PageQuery) -> Reply<'a, Page<Job>>;
        job['a](call: &'a Call, id: &'a str) -> Reply<'a, Job>;
        prepare(request: &CreateRequest, on: OnUnsupported) -> Result<Prepared, Error>;
        create['a](call: &'a Call, prepared: &'a Prepared) -> Reply<'a, Job>;
        estimate['a](call: &'a Call, prepared: &'a Prepared) -> Reply<'a, PriceEstimate>;
        preview['a](call: &'a Call, prepared: &'a Prepared, examples: Option<usize>)
            -> Reply<'a, DatasetPreview>;
        change['a](call: &'a Call, id: &'a str, change: JobChange) -> Reply<'a, Job>;
        took_effect(change: JobChange, job: &Job) -> bool;
        delete['a](call: &'a Call, id: &'a str) -> Reply<'a, ()>;
        events['a](call: &'a Call, job: &'a str, query: &'a PageQuery) -> Reply<'a, Page<Event>>;
        checkpoints['a](call: &'a Call, job: &'a str, query: &'a PageQuery)
            -> Reply<'a, Page<Checkpoint>>;
        metrics['a](call: &'a Call, job: &'a str) -> Reply<'a, Vec<MetricPoint>>;
        restarts_jobs() -> bool;
        successor['a](call: &'a Call, job: &'a str) -> Reply<'a, Option<String>>;
        limits['a](call: &'a Call, model: &'a str) -> Reply<'a, ModelLimits>;
        announces_shutdowns() -> bool;
        shutdowns['a](call: &'a Call) -> Reply<'a, ModelShutdowns>;
        models['a](call: &'a Call) -> Reply<'a, Vec<String>>;
        download_model['a](call: &'a Call, job: &'a str, step: Option<i64>) -> Reply<'a, Download>;
        download_tokenized_dataset['a](call: &'a Call, job: &'a str) -> Reply<'a, Download>;
        files() -> Option<&dyn Files>;
        dataset_rules() -> DatasetRules;
        clock() -> Arc<dyn Clock>;
    }
}
