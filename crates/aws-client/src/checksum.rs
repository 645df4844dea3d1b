//! Checksums of bodies that services want, in a header of their own
//! (<https://docs.aws.amazon.com/sdkref/latest/guide/feature-dataintegrity.html>).

use crate::Request;
use crate::data::Data;
use md5::{Digest, Md5};
use ring::digest;
use service_models::Operation;
use twox_hash::{XxHash3_64, XxHash3_128, XxHash64};

/// The one that is taken where nobody says which.
const DEFAULT: &str = "CRC32";

/// Adds the checksum that the operation wants or the parameters ask for.
pub(crate) fn add(request: &mut Request, operation: Operation<'_>, input: &Data) -> Result<(), String> {
    let is_given = |(name, _): &(String, String)| {
        let name = name.to_ascii_lowercase();
        let kind = name.strip_prefix("x-amz-checksum-");
        kind.is_some_and(|kind| !["algorithm", "mode", "type"].contains(&kind))
    };
    let member = operation.checksum_member();
    if request.headers.iter().any(is_given) || member.is_none() && !operation.is_checksum_required() {
        return Ok(());
    }
    let asked_for = member.and_then(|member| input.get(member)).map(|data| data.plain("iso8601"));
    let algorithm = asked_for.as_deref().unwrap_or(DEFAULT).to_ascii_lowercase();
    let sum = sum(&algorithm, &request.body).ok_or_else(|| format!("the checksum {algorithm} is not known"))?;
    request.set(&format!("x-amz-checksum-{algorithm}"), &crate::base64(&sum));
    let header = operation.input().and_then(|shape| shape.member(member?)?.location_name());
    if let (None, Some(header)) = (&asked_for, header) {
        request.set(header, DEFAULT);
    }
    Ok(())
}

fn sum(algorithm: &str, body: &[u8]) -> Option<Vec<u8>> {
    Some(match algorithm {
        "crc32" => crc32fast::hash(body).to_be_bytes().to_vec(),
        "crc32c" => crc32c::crc32c(body).to_be_bytes().to_vec(),
        "crc64nvme" => crc64nvme(body).to_be_bytes().to_vec(),
        "xxhash64" => XxHash64::oneshot(0, body).to_be_bytes().to_vec(),
        "xxhash3" => XxHash3_64::oneshot(body).to_be_bytes().to_vec(),
        "xxhash128" => XxHash3_128::oneshot(body).to_be_bytes().to_vec(),
        "sha1" => digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, body).as_ref().to_vec(),
        "sha256" => digest::digest(&digest::SHA256, body).as_ref().to_vec(),
        "sha512" => digest::digest(&digest::SHA512, body).as_ref().to_vec(),
        "md5" => Md5::digest(body).to_vec(),
        _ => return None,
    })
}

/// The polynomial of NVM Express, bits reversed.
fn crc64nvme(bytes: &[u8]) -> u64 {
    const POLYNOMIAL: u64 = 0x9a6c_9329_ac4b_c9b5;
    let shifted = |sum: u64| if sum & 1 == 1 { sum >> 1 ^ POLYNOMIAL } else { sum >> 1 };
    !bytes.iter().fold(!0, |sum, byte| (0..8).fold(sum ^ u64::from(*byte), |sum, _| shifted(sum)))
}

/// Glacier's hash of a tree over megabytes.
pub(crate) fn tree_hash(body: &[u8]) -> Vec<u8> {
    let hash = |bytes: &[u8]| digest::digest(&digest::SHA256, bytes).as_ref().to_vec();
    let mut hashes: Vec<Vec<u8>> = body.chunks(1 << 20).map(hash).collect();
    while hashes.len() > 1 {
        let joined = |pair: &[Vec<u8>]| if pair.len() == 1 { pair[0].clone() } else { hash(&pair.concat()) };
        hashes = hashes.chunks(2).map(joined).collect();
    }
    hashes.pop().unwrap_or_else(|| hash(b""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_are_those_of_the_standards() {
        let of = |algorithm: &str| crate::signature::hex(&sum(algorithm, b"123456789").expect("it is known"));
        assert_eq!(of("crc32"), "cbf43926");
        assert_eq!(of("crc32c"), "e3069283");
        assert_eq!(of("crc64nvme"), "ae8b14860a799888");
        let of_nothing = |algorithm: &str| crate::signature::hex(&sum(algorithm, b"").expect("it is known"));
        assert_eq!(of_nothing("xxhash64"), "ef46db3751d8e999");
        assert_eq!(of_nothing("xxhash3"), "2d06800538d394c2");
        assert_eq!(of_nothing("xxhash128"), "99aa06d3014798d86001c324468d497f");
        assert_eq!(of("sha1"), "f7c3bc1d808e04732adf679965ccc34ca7ae3441");
    }
}
