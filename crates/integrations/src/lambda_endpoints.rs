//! Lambda endpoints with TLS, AWS's own among them: requests are signed with what the client of AWS knows.

use aws_client::{Client, Credentials, Request, Scope, basic_time, is_aws_host};
use functions::{SecureAnswer, SecureEndpoints, SecureRequest};

/// Signs and sends with a client.
#[derive(Clone, Debug)]
pub struct SignedEndpoints(pub Client);

impl SecureEndpoints for SignedEndpoints {
    fn send(&self, request: SecureRequest) -> SecureAnswer {
        let client = self.0.clone();
        Box::pin(async move {
            let authority = request.origin.split_once("://").map_or("", |(_, authority)| authority);
            let host = authority.split(':').next().unwrap_or_default();
            let credentials = client.credentials(request.role_arn.as_deref(), is_aws_host(host)).await;
            let credentials = credentials.map_err(|error| error.to_string())?;
            let region = region(host).unwrap_or(&client.settings().region);
            let message = signed(&request, authority, &credentials, region).to_message(&request.origin)?;
            let answer = client.http().send(message, request.timeout, request.answer_bytes_max).await;
            answer.map_err(|error| error.to_string())
        })
    }
}

fn signed(request: &SecureRequest, authority: &str, credentials: &Credentials, region: &str) -> Request {
    let mut signed = Request::new("POST", &request.path);
    request.headers.iter().for_each(|(name, value)| signed.set(name, value));
    signed.set("host", authority);
    signed.body = request.body.clone();
    signed.sign(credentials, &Scope { region, service: "lambda", now: &basic_time() });
    signed
}

/// The Region that a host of AWS's names, such as `lambda.eu-central-1.amazonaws.com`.
fn region(host: &str) -> Option<&str> {
    let mut labels = host.split('.').skip_while(|label| !["lambda", "lambda-fips"].contains(label));
    labels.next()?;
    labels.next().filter(|_| is_aws_host(host))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_name_regions() {
        let hosts = [
            ("lambda.eu-central-1.amazonaws.com", Some("eu-central-1")),
            ("vpce-1-2.lambda.us-west-2.vpce.amazonaws.com", Some("us-west-2")),
            ("lambda-fips.us-gov-west-1.amazonaws.com", Some("us-gov-west-1")),
            ("lambda.example.com", None),
            ("localhost", None),
        ];
        hosts.iter().for_each(|(host, expected)| assert_eq!(region(host), *expected, "{host}"));
    }
}
