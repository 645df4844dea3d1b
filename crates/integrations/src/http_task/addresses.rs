//! Where requests may go. A workflow's author, or its input, says where; the server must not become the way to what only its machine reaches.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Addresses at which clouds give away credentials, beside the link-local ones.
const METADATA: [IpAddr; 2] =
    [IpAddr::V4(Ipv4Addr::new(100, 100, 100, 200)), IpAddr::V6(Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254))];

/// Not link-local, no metadata service, and the address of one host.
pub(super) fn is_public_or_private(address: IpAddr) -> bool {
    let address = address.to_canonical();
    let is_link_local = match address {
        IpAddr::V4(address) => address.is_link_local() || address.is_broadcast(),
        IpAddr::V6(address) => {
            address.is_unicast_link_local() || embedded(address).is_some_and(|v4| v4.is_link_local())
        }
    };
    !(is_link_local || address.is_unspecified() || address.is_multicast() || METADATA.contains(&address))
}

/// This machine.
pub(super) fn is_loopback(address: IpAddr) -> bool {
    address.to_canonical().is_loopback()
}

/// The address that a translator (64:ff9b::/96) or 6to4 (2002::/16) makes of a name server's answer.
fn embedded(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let [a, b, .., y, z] = address.segments();
    let of = |high: u16, low: u16| Ipv4Addr::from((u32::from(high) << 16) | u32::from(low));
    match (a, b) {
        (0x64, 0xff9b) => Some(of(y, z)),
        (0x2002, _) => Some(of(b, address.segments()[2])),
        _ => None,
    }
}

/// Why nothing was sent.
pub(super) fn forbidden(endpoint: &str, address: IpAddr) -> String {
    let reason = match endpoint.starts_with("http://") && !is_loopback(address) && is_public_or_private(address) {
        true => "without TLS only this machine is called, unless the connection has 'allowPlainHttp: true'",
        false => {
            "link-local addresses and those of metadata services are not called, unless the connection has 'allowLinkLocal: true'"
        }
    };
    format!("The endpoint {endpoint} has the address {address}: {reason}.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_that_only_this_machine_should_reach_are_not_called() {
        let allowed = |text: &str| is_public_or_private(text.parse().expect("an address"));
        for address in ["8.8.8.8", "10.0.0.1", "127.0.0.1", "::1", "2001:db8::1", "fd00::1", "64:ff9b::808:808"] {
            assert!(allowed(address), "{address}");
        }
        for address in [
            "169.254.169.254",
            "169.254.170.2",
            "100.100.100.200",
            "0.0.0.0",
            "255.255.255.255",
            "224.0.0.1",
            "::",
            "fe80::1",
            "fd00:ec2::254",
            "::ffff:169.254.169.254",
            "64:ff9b::a9fe:a9fe",
            "2002:a9fe:a9fe::1",
        ] {
            assert!(!allowed(address), "{address}");
        }
    }
}
