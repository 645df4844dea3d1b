//! The client that tasks call AWS's services with: what `stepwell.yaml` says, then the variables of Step Functions Local, then AWS's variables and
//! files.

use crate::configuration::Aws;
use crate::environment::{Surroundings, is_at};
use crate::node::url;
use anyhow::{anyhow, bail};
use aws_client::{Client, Settings, is_url, variable};
use std::net::SocketAddr;

/// Variables of Step Functions Local, and the services whose endpoints they name.
const ENDPOINTS: [(&str, &str); 8] = [
    ("BATCH_ENDPOINT", "batch"),
    ("DYNAMODB_ENDPOINT", "dynamodb"),
    ("ECS_ENDPOINT", "ecs"),
    ("GLUE_ENDPOINT", "glue"),
    ("SAGE_MAKER_ENDPOINT", "sagemaker"),
    ("SQS_ENDPOINT", "sqs"),
    ("SNS_ENDPOINT", "sns"),
    ("STEP_FUNCTIONS_ENDPOINT", "sfn"),
];

/// The client; `own` is where this server listens, which is what tasks call Step Functions at unless told otherwise.
pub(crate) fn client(surroundings: &Surroundings, aws: &Aws, own: Option<SocketAddr>) -> anyhow::Result<Client> {
    let settings = Settings::from_environment(aws.profile.as_deref(), &surroundings.region);
    let mut settings = settings.map_err(|error| anyhow!("{error}"))?;
    settings.region = aws.region.clone().unwrap_or_else(|| surroundings.region.clone());
    // A variable that names this very server is meant for its clients.
    settings.endpoint_url = settings.endpoint_url.filter(|url| !own.is_some_and(|own| is_at(url, own)));
    for (name, service) in ENDPOINTS {
        if let Some(url) = variable(name) {
            if !is_url(&url) {
                bail!("{name}: '{url}' is no URL such as http://127.0.0.1:4566");
            }
            settings.endpoint_urls.insert(service.to_owned(), url);
        }
    }
    if aws.endpoint.is_some() {
        settings.endpoint_url.clone_from(&aws.endpoint);
    }
    settings.endpoint_urls.extend(aws.endpoints.clone());
    if let Some(own) = own {
        settings.endpoint_urls.entry("sfn".to_owned()).or_insert_with(|| url(own));
    }
    settings.s3_path_style = aws.s3_path_style.or(settings.s3_path_style);
    Ok(Client::new(settings))
}
