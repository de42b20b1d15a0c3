//! Uploads a file to one account, asks for a price, starts a job.

use super::{Account, Client};
#[cfg(feature = "openai")]
use crate::openai;
#[cfg(feature = "together")]
use crate::together;
use crate::transport::Upload;
use crate::unify::{
    CreateRequest, File, Job, OnUnsupported, Operation, PriceEstimate, Unify, UnsupportedField,
};
use crate::{Error, truefoundry};

impl Account {
    /// What a request would lose on its way to the vendor.
    pub(in crate::providers) fn translates(
        &self,
        request: &CreateRequest,
        loss: OnUnsupported,
    ) -> Result<Vec<UnsupportedField>, Error> {
        let dropped = match &self.client {
            #[cfg(feature = "openai")]
            Client::OpenAi(_) => request.to_openai(loss).map(|t| t.dropped),
            #[cfg(feature = "together")]
            Client::Together(_) => request.to_together(loss).map(|t| t.dropped),
            Client::TrueFoundry(_) => Ok(Vec::new()),
        };
        dropped.map_err(|refusal: crate::unify::UnsupportedFields| {
            Error::from(refusal).at_account(&self.name)
        })
    }

    /// Uploads a file of examples.
    pub(in crate::providers) async fn upload(&self, file: Upload) -> Result<File, Error> {
        let context = self.context();
        match &self.client {
            #[cfg(feature = "openai")]
            Client::OpenAi(client) => {
                let purpose = openai::types::UploadPurpose::FineTune;
                let file = client.upload_file(file, purpose, None).await?;
                self.mapped(file.into_inner().unify(&context))
            }
            #[cfg(feature = "together")]
            Client::Together(client) => {
                let purpose = together::types::FilePurpose::FineTune;
                let kind = file
                    .name()
                    .rsplit_once('.')
                    .map(|(_, kind)| kind.to_owned());
                let kind = kind.map(together::types::FileType::from);
                let file = client.upload_file(file, purpose, kind).await?;
                self.mapped(file.into_inner().unify(&context))
            }
            Client::TrueFoundry(client) => {
                let options = truefoundry::UploadFileOptions::default();
                let file = client.upload_file(file, "fine-tune", options).await?;
                self.mapped(file.into_inner().unify(&context))
            }
        }
    }

    /// What a job would cost.
    pub(in crate::providers) async fn estimate(
        &self,
        request: &CreateRequest,
        loss: OnUnsupported,
    ) -> Result<PriceEstimate, Error> {
        self.check(Operation::EstimatePrice)?;
        match &self.client {
            #[cfg(feature = "together")]
            Client::Together(client) => {
                let question = request.to_together_estimate(loss);
                let question = question.map_err(|r| Error::from(r).at_account(&self.name))?;
                let answer = client.estimate_price(&question.request).await?;
                self.mapped(answer.into_inner().unify(&self.context()))
            }
            _ => {
                let _ = (request, loss);
                Err(Error::new(
                    crate::ErrorKind::Unsupported,
                    "the vendor estimates no prices",
                ))
            }
        }
    }

    /// Starts a job.
    pub(in crate::providers) async fn start(
        &self,
        request: &CreateRequest,
        loss: OnUnsupported,
    ) -> Result<Job, Error> {
        let refused =
            |refusal: crate::unify::UnsupportedFields| Error::from(refusal).at_account(&self.name);
        match &self.client {
            #[cfg(feature = "openai")]
            Client::OpenAi(client) => {
                let request = request.to_openai(loss).map_err(refused)?.request;
                self.one(client.create_job(&request).await?.into_inner())
            }
            #[cfg(feature = "together")]
            Client::Together(client) => {
                let request = request.to_together(loss).map_err(refused)?.request;
                self.one(client.create_job(&request).await?.into_inner())
            }
            Client::TrueFoundry(client) => {
                let _ = (loss, refused);
                let options = truefoundry::CreateJobOptions::new();
                let request = request.clone().into();
                self.one(client.create_job(&request, options).await?.into_inner())
            }
        }
    }
}
