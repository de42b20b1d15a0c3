//! The table of Fireworks' operations.

use super::kinds::{PREFERENCE, REINFORCEMENT, SUPERVISED};
use super::store::Store;
use super::{account, cost, create, datasets, jobs, models, outputs, split, uploads};
use crate::http::Operation;

/// Every operation. Those with a verb after the id come before those without one.
#[rustfmt::skip]
pub(super) static OPERATIONS: &[Operation<Store>] = &[
    Operation::get("listAccounts", "/v1/accounts", account::list),

    Operation::post("estimateSupervisedJobCost", "/v1/accounts/{account_id}/supervisedFineTuningJobs:estimateCost", cost::estimate),
    Operation::get("listSupervisedJobs", "/v1/accounts/{account_id}/supervisedFineTuningJobs", jobs::list::<SUPERVISED>),
    Operation::post("createSupervisedJob", "/v1/accounts/{account_id}/supervisedFineTuningJobs", create::create::<SUPERVISED>),
    Operation::post("cancelSupervisedJob", "/v1/accounts/{account_id}/supervisedFineTuningJobs/{id}:cancel", jobs::cancel::<SUPERVISED>),
    Operation::post("resumeSupervisedJob", "/v1/accounts/{account_id}/supervisedFineTuningJobs/{id}:resume", jobs::resume::<SUPERVISED>),
    Operation::get("retrieveSupervisedJob", "/v1/accounts/{account_id}/supervisedFineTuningJobs/{id}", jobs::retrieve::<SUPERVISED>),
    Operation::delete("deleteSupervisedJob", "/v1/accounts/{account_id}/supervisedFineTuningJobs/{id}", jobs::delete::<SUPERVISED>),

    Operation::get("listDpoJobs", "/v1/accounts/{account_id}/dpoJobs", jobs::list::<PREFERENCE>),
    Operation::post("createDpoJob", "/v1/accounts/{account_id}/dpoJobs", create::create::<PREFERENCE>),
    Operation::post("cancelDpoJob", "/v1/accounts/{account_id}/dpoJobs/{id}:cancel", jobs::cancel::<PREFERENCE>),
    Operation::post("resumeDpoJob", "/v1/accounts/{account_id}/dpoJobs/{id}:resume", jobs::resume::<PREFERENCE>),
    Operation::get("locateDpoJobMetrics", "/v1/accounts/{account_id}/dpoJobs/{id}:getMetricsFileEndpoint", outputs::locate::<PREFERENCE>),
    Operation::get("retrieveDpoJob", "/v1/accounts/{account_id}/dpoJobs/{id}", jobs::retrieve::<PREFERENCE>),
    Operation::delete("deleteDpoJob", "/v1/accounts/{account_id}/dpoJobs/{id}", jobs::delete::<PREFERENCE>),

    Operation::get("listReinforcementJobs", "/v1/accounts/{account_id}/reinforcementFineTuningJobs", jobs::list::<REINFORCEMENT>),
    Operation::post("createReinforcementJob", "/v1/accounts/{account_id}/reinforcementFineTuningJobs", create::create::<REINFORCEMENT>),
    Operation::post("cancelReinforcementJob", "/v1/accounts/{account_id}/reinforcementFineTuningJobs/{id}:cancel", jobs::cancel::<REINFORCEMENT>),
    Operation::post("resumeReinforcementJob", "/v1/accounts/{account_id}/reinforcementFineTuningJobs/{id}:resume", jobs::resume::<REINFORCEMENT>),
    Operation::get("locateReinforcementJobMetrics", "/v1/accounts/{account_id}/reinforcementFineTuningJobs/{id}:getMetricsFileEndpoint", outputs::locate::<REINFORCEMENT>),
    Operation::get("retrieveReinforcementJob", "/v1/accounts/{account_id}/reinforcementFineTuningJobs/{id}", jobs::retrieve::<REINFORCEMENT>),
    Operation::delete("deleteReinforcementJob", "/v1/accounts/{account_id}/reinforcementFineTuningJobs/{id}", jobs::delete::<REINFORCEMENT>),

    Operation::get("listDatasets", "/v1/accounts/{account_id}/datasets", datasets::list),
    Operation::post("createDataset", "/v1/accounts/{account_id}/datasets", datasets::create),
    Operation::post("locateDatasetUpload", "/v1/accounts/{account_id}/datasets/{id}:getUploadEndpoint", uploads::locate_upload),
    Operation::post("validateDatasetUpload", "/v1/accounts/{account_id}/datasets/{id}:validateUpload", uploads::validate),
    Operation::get("locateDatasetDownload", "/v1/accounts/{account_id}/datasets/{id}:getDownloadEndpoint", uploads::locate_download),
    Operation::post("uploadDataset", "/v1/accounts/{account_id}/datasets/{id}:upload", uploads::upload),
    Operation::post("splitDataset", "/v1/accounts/{account_id}/datasets/{id}:splitDataset", split::split).undocumented(),
    Operation::get("retrieveDataset", "/v1/accounts/{account_id}/datasets/{id}", datasets::retrieve),
    Operation::patch("updateDataset", "/v1/accounts/{account_id}/datasets/{id}", datasets::update).undocumented(),
    Operation::delete("deleteDataset", "/v1/accounts/{account_id}/datasets/{id}", datasets::delete),

    Operation::get("listModels", "/v1/accounts/{account_id}/models", models::list).undocumented(),
    Operation::get("retrieveModel", "/v1/accounts/{account_id}/models/{id}", models::retrieve),
    Operation::get("retrieveAccount", "/v1/accounts/{account_id}", account::retrieve).undocumented(),

    Operation::put("receiveDatasetFile", "/storage/datasets/{id}/{file}", uploads::receive).undocumented().open(),
    Operation::get("downloadDatasetFile", "/storage/datasets/{id}/{file}", uploads::download).undocumented().open(),
    Operation::get("downloadJobFile", "/storage/{collection}/{id}/{file}", outputs::download).undocumented().open(),
];
