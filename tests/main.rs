//! The tests of this crate against its public interface, as one program: what waits in one
//! leaves the processor to the others.

mod loopback;
mod stage;
mod support;

mod examples_run;
mod faults_matrix;
mod fireworks_backend;
mod one_place_per_vendor;
mod operations_azure;
mod operations_fireworks;
mod operations_openai;
mod operations_together;
mod operations_truefoundry;
mod providers_azure;
mod providers_backend;
mod providers_config;
mod providers_create;
mod providers_jobs;
mod providers_model_shutdowns;
mod providers_vendors;
mod providers_watch;
mod real_bodies;
mod sandbox_workflows;
mod security_document;
mod test_programs;
mod transport_calls;
mod transport_downloads;
mod transport_hostile;
mod transport_memory;
mod transport_network;
mod transport_trace;
mod transport_vendor_profile;
mod unify_azure;
mod unify_fireworks;
mod unify_jobs;
mod unify_matches;
mod unify_odd;
mod unify_properties;
mod unify_requests;
mod unify_schemas;
mod unions;
