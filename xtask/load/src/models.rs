//! AWS's models of its services: the bytes that the program has of them, and what the first call to a service costs more than later ones: its
//! model is read then.

use crate::figures::{Better, Figure, figure};
use crate::latencies::Latencies;
use crate::server::Server;
use anyhow::{Context, ensure};
use aws_client::{CallError, Client, Credentials, Options, Profile, Settings};
use json::{Value, json};
use service_models::{pack_bytes, services};
use std::time::{Duration, Instant};

/// The largest model, one that most have, and a small one: service, operation without required parameters.
const CALLED: [(&str, &str); 3] = [("ec2", "describeRegions"), ("dynamodb", "listTables"), ("sqs", "listQueues")];
const LATER: usize = 100;

pub(crate) async fn all() -> anyhow::Result<Vec<Figure>> {
    let mut figures =
        vec![figure("models of all services in the program", pack_bytes() as f64 / 1e6, "MB", Better::Less)];
    let server = Server::spawn_bare(2)?;
    let mut settings = Settings::new("us-east-1", Profile::default());
    settings.endpoint_url = Some(format!("http://{}", server.address));
    settings.attempts_max = 1;
    let client = Client::new(settings);
    for (service, operation) in CALLED {
        let first = called(&client, service, operation).await?;
        let mut later = Vec::new();
        for _ in 0..LATER {
            later.push(called(&client, service, operation).await?);
        }
        let name = |what: &str| format!("{service}:{operation} against a server that does nothing: {what}");
        figures.push(figure(name("first call"), first.as_secs_f64() * 1e3, "ms", Better::Less));
        figures.push(figure(name("later, p50"), Latencies::of(later).milliseconds(0.5), "ms", Better::Less));
    }
    let mut all = Vec::new();
    for entry in services() {
        let begun = Instant::now();
        let service = entry.read();
        all.push((begun.elapsed(), &entry.name));
        drop(service);
    }
    let (most, name) = *all.iter().max().context("there are services")?;
    figures.push(figure(
        format!("reading the model of {name}, the slowest"),
        most.as_secs_f64() * 1e3,
        "ms",
        Better::Less,
    ));
    let all = Latencies::of(all.into_iter().map(|(time, _)| time).collect());
    figures.push(figure("reading a model, p50", all.milliseconds(0.5), "ms", Better::Less));
    Ok(figures)
}

/// How long a call takes, whatever its answer is worth.
async fn called(client: &Client, service: &str, operation: &str) -> anyhow::Result<Duration> {
    let nobody = Credentials { access_key_id: "test".into(), secret_access_key: "test".into(), session_token: None };
    let options = Options { credentials: Some(&nobody), ..Options::default() };
    let begun = Instant::now();
    let answer = client.call(service, operation, &json!({}), options).await;
    let time = begun.elapsed();
    let is_answered = matches!(answer, Ok(Value::Object(_)) | Err(CallError::Service(_) | CallError::Unreadable(_)));
    ensure!(is_answered, "{service}: {answer:?}");
    Ok(time)
}
