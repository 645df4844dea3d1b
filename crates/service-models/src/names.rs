//! Names as Step Functions spells them.

/// With a capital at the front, as members are: `startDate` is `StartDate`.
pub(crate) fn pascal(name: &str) -> String {
    with_first(name, |first| first.to_ascii_uppercase())
}

/// With a small letter at the front, as actions are: `PutItem` is `putItem`.
pub(crate) fn camel(name: &str) -> String {
    with_first(name, |first| first.to_ascii_lowercase())
}

/// The prefix of a service's errors: the name of its client in AWS's SDK for Java without `Client`, such as `DynamoDb` of `DynamoDB`.
pub fn class_name(service_id: &str) -> String {
    let name = class_words(service_id);
    let name = name.strip_prefix("Amazon").or_else(|| name.strip_prefix("Aws")).unwrap_or(&name);
    name.strip_suffix("Service").unwrap_or(name).to_owned()
}

/// An error's name there: `NoSuchKeyException` of `NoSuchKey`, `DbInstanceNotFoundException` of `DBInstanceNotFoundFault`.
pub fn exception_name(shape: &str) -> String {
    let base = shape.strip_suffix("Fault").or_else(|| shape.strip_suffix("Exception")).unwrap_or(shape);
    class_words(base) + "Exception"
}

/// The words of a name, each with a capital in front only.
fn class_words(name: &str) -> String {
    let characters: Vec<char> = name.chars().collect();
    let at = |index: usize| characters.get(index).copied().unwrap_or(' ');
    let mut words = String::new();
    let mut begins = true;
    for (index, &character) in characters.iter().enumerate() {
        let before = if index == 0 { ' ' } else { at(index - 1) };
        let (next, after_next) = (at(index + 1), at(index + 2));
        if !character.is_ascii_alphanumeric() {
            begins = true;
            continue;
        }
        begins = begins
            || before.is_ascii_digit() && character.is_ascii_alphabetic()
            || before.is_ascii_lowercase() && character.is_ascii_uppercase() && next.is_ascii_alphanumeric()
            // The last capital of several begins a word.
            || before.is_ascii_uppercase() && character.is_ascii_uppercase() && next.is_ascii_lowercase() && !is_version(next, after_next)
            // `SESv2` has a version.
            || before.is_ascii_uppercase() && is_version(character, next);
        words.push(if begins { character.to_ascii_uppercase() } else { character.to_ascii_lowercase() });
        begins = false;
    }
    words
}

fn is_version(character: char, next: char) -> bool {
    character == 'v' && next.is_ascii_digit()
}

fn with_first(name: &str, change: impl Fn(char) -> char) -> String {
    let mut characters = name.chars();
    characters.next().map_or_else(String::new, |first| change(first).to_string() + characters.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_are_those_of_the_sdk_for_java() {
        let prefixes = "AcmPca ApiGateway ApiGatewayV2 CloudWatchLogs CognitoIdentityProvider Config CostExplorer DatabaseMigration DocDb DynamoDb Ec2 \
            Ecs ElastiCache ElasticLoadBalancing ElasticLoadBalancingV2 EmrContainers EventBridge FSx Glacier Iam Identitystore Iot Kms LexRuntimeV2 \
            Macie2 Mq QuickSight Route53 S3 S3Control SageMaker SecretsManager SesV2 Sfn Sns Sqs Ssm Sso Sts Swf Wafv2 WorkSpaces XRay";
        let known: Vec<String> = crate::services().iter().map(|entry| class_name(&entry.id)).collect();
        let missing: Vec<&str> =
            prefixes.split_whitespace().filter(|prefix| !known.iter().any(|known| known == prefix)).collect();
        assert_eq!(missing, [""; 0], "of {known:?}");
        for (shape, name) in [
            ("NoSuchKey", "NoSuchKeyException"),
            ("ResourceNotFoundException", "ResourceNotFoundException"),
            ("DBInstanceNotFoundFault", "DbInstanceNotFoundException"),
            ("WAFInvalidParameterException", "WafInvalidParameterException"),
            ("StateMachineDoesNotExist", "StateMachineDoesNotExistException"),
        ] {
            assert_eq!(exception_name(shape), name);
        }
    }
}
