//! The command of `--exec`.

use std::process::Stdio;

use tokio::io::AsyncWriteExt;
use tokio::process::Command;
use unitune::unify::Job;

/// Runs a command in the shell, with the job in its environment and on its
/// stdin.
///
/// # Errors
///
/// It cannot be started, or its exit code is not 0.
pub async fn run(command: &str, job: &Job) -> Result<(), String> {
    let failed = |what: &dyn std::fmt::Display| format!("--exec for {}: {what}", job.id);
    let (shell, flag) = if cfg!(windows) {
        ("cmd", "/C")
    } else {
        ("sh", "-c")
    };
    let mut child = Command::new(shell)
        .args([flag, command])
        .env("UNITUNE_JOB_ID", &job.id)
        .env("UNITUNE_JOB_STATUS", job.status.as_str())
        .env("UNITUNE_JOB_ACCOUNT", &job.provider.account)
        .env(
            "UNITUNE_JOB_MODEL",
            job.fine_tuned_model.as_deref().unwrap_or_default(),
        )
        .stdin(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .map_err(|e| failed(&e))?;
    if let Some(mut stdin) = child.stdin.take() {
        let text = serde_json::to_vec(job).map_err(|e| failed(&e))?;
        // A command that reads nothing closes its end, and that is fine.
        let _ = stdin.write_all(&text).await;
    }
    let status = child.wait().await.map_err(|e| failed(&e))?;
    match status.success() {
        true => Ok(()),
        false => Err(failed(&status)),
    }
}
