//! Who is answered: nobody that a page of another site sends.

use crate::world::World;
use stepwell_server as server;

#[tokio::test]
async fn requests_of_other_sites_are_refused() {
    let world = World::new().await;
    let cases = [
        ("the console itself", "Host: localhost:8083\r\n", "200 "),
        ("another name of this machine", "Host: 127.0.0.1\r\n", "200 "),
        ("a name that was made to lead here", "Host: evil.example:8083\r\n", "403 HostNotAllowed"),
        ("a name that looks like this machine", "Host: localhost.evil.example\r\n", "403 HostNotAllowed"),
        ("no host", "", "403 HostNotAllowed"),
        ("two hosts", "Host: localhost\r\nHost: evil.example\r\n", "403 HostNotAllowed"),
        ("its own page", "Host: localhost:80\r\nOrigin: http://localhost:80\r\n", "200 "),
        ("a page of another port", "Host: localhost:80\r\nOrigin: http://localhost:81\r\n", "403 OriginNotAllowed"),
        ("a page of another site", "Host: localhost\r\nOrigin: https://evil.example\r\n", "403 OriginNotAllowed"),
        ("a page of nowhere", "Host: localhost\r\nOrigin: null\r\n", "403 OriginNotAllowed"),
        ("an image of another site", "Host: localhost\r\nSec-Fetch-Site: cross-site\r\n", "403 OriginNotAllowed"),
        ("another port's image", "Host: localhost\r\nSec-Fetch-Site: same-site\r\n", "403 OriginNotAllowed"),
    ];
    for (what, headers, expected) in cases {
        let reply = world.with_headers("GET /console/api/v1/bootstrap", headers, "").await;
        // A request without a host is hyper's to refuse, or ours.
        assert!(
            reply.refusal() == expected || (headers.is_empty() && reply.status == 400),
            "{what}: {}",
            reply.refusal()
        );
        assert!(!reply.head.contains("access-control-"), "{what}: {}", reply.head);
        assert!(what == "no host" || reply.head.contains("x-content-type-options: nosniff"), "{what}: {}", reply.head);
    }
}

#[tokio::test]
async fn what_changes_something_needs_the_header() {
    let world = World::new().await;
    let line = "POST /console/api/v1/aws/ListStateMachines";
    let json = "Content-Type: application/json\r\n";
    let host = "Host: localhost\r\n";
    let header = "X-Stepwell-Console: 1\r\n";
    let cases = [
        (format!("{host}{json}{header}"), "{}", "200 "),
        (format!("{host}{json}"), "{}", "403 ConsoleHeaderMissing"),
        (format!("{host}{json}X-Stepwell-Console: yes\r\n"), "{}", "403 ConsoleHeaderMissing"),
        (format!("{host}Content-Type: text/plain\r\n{header}"), "{}", "415 UnsupportedMediaType"),
        (format!("{host}{header}"), "{}", "415 UnsupportedMediaType"),
        (format!("{host}{json}{header}"), "{", "400 SerializationException"),
        (format!("{host}{json}{header}"), "{\"maxResults\":-1}", "400 ValidationException"),
    ];
    for (headers, body, expected) in cases {
        assert_eq!(world.with_headers(line, &headers, body).await.refusal(), expected, "{headers}{body}");
    }
    let headers = format!("{host}{json}{header}");
    let refused = world.with_headers("DELETE /console/api/v1/machines", &headers, "").await;
    assert_eq!(refused.refusal(), "405 MethodNotAllowed");
    let refused = world.with_headers("POST /console/api/v1/aws/DropTables", &headers, "{}").await;
    assert_eq!(refused.refusal(), "404 NotFound");
    for path in ["nothing", "machines/%ff", "machines/a%2", "../v1/bootstrap"] {
        assert_eq!(world.get(&format!("/console/api/v1/{path}")).await.refusal(), "404 NotFound", "{path}");
    }
}

#[tokio::test]
async fn pages_come_with_a_strict_policy() {
    let world = World::new().await;
    let browser = "Host: localhost\r\nAccept: text/html,application/xhtml+xml\r\n";
    let redirect = world.with_headers("GET /", browser, "").await;
    assert_eq!(redirect.status, 302);
    assert!(redirect.head.contains("location: /console/"));
    assert_eq!(world.get("/").await.status, 200, "a client without a browser is told of the API");
    let page = world.with_headers("GET /console/executions?status=FAILED", browser, "").await;
    assert_eq!(page.status, 200);
    assert!(page.text().contains("<html"));
    let policy = page.head.lines().find(|line| line.starts_with("content-security-policy:")).expect("a policy");
    assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "{policy}");
    assert!(!policy.contains("unsafe"), "{policy}");
    assert_eq!(world.with_headers("GET /console/", "Host: evil.example\r\n", "").await.status, 403);
    assert_eq!(world.get("/console/api/v2/bootstrap").await.refusal(), "404 NotFound");
}

#[tokio::test]
async fn it_can_be_off() {
    let world = World::with(server::Options { console: false, ..server::Options::default() }).await;
    assert_eq!(world.get("/console/api/v1/bootstrap").await.refusal(), "403 ConsoleOff");
    let page = world.get("/console/").await;
    assert_eq!(page.status, 403);
    assert!(page.text().contains("--allow-remote"));
    assert_eq!(world.get("/health").await.status, 200, "the API is served");
}
