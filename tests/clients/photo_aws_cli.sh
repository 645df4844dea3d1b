#!/bin/sh
# The photo example through the AWS CLI: create the machine, start it on a photo, wait, and print its status, its output and the types of
# its events, a line each.
#
# Arguments: the endpoint, the definition's file, the photo's path as the functions know it. AWS names the program.
set -eu
endpoint=$1 definition=$2 photo=$3

sfn() {
    "$AWS" stepfunctions --endpoint-url "$endpoint" --output text "$@"
}

machine=$(sfn create-state-machine --name photo-pipeline-cli --definition "file://$definition" \
    --role-arn arn:aws:iam::123456789012:role/photo --query stateMachineArn)
execution=$(sfn start-execution --state-machine-arn "$machine" --name from-the-cli \
    --input "{\"image\": \"$photo\"}" --query executionArn)
status=RUNNING
while [ "$status" = RUNNING ]; do
    status=$(sfn describe-execution --execution-arn "$execution" --query status)
done
echo "$status"
sfn describe-execution --execution-arn "$execution" --query output
sfn get-execution-history --execution-arn "$execution" --query 'events[].type'

# What people type next.
sfn list-state-machines --query 'stateMachines[].name' >&2
sfn list-executions --state-machine-arn "$machine" --status-filter SUCCEEDED --query 'executions[].name' >&2
sfn describe-state-machine --state-machine-arn "$machine" --query status >&2
if sfn describe-execution --execution-arn "$execution-not" 2>/dev/null; then
    echo "an execution that does not exist was described" >&2
    exit 1
fi
sfn delete-state-machine --state-machine-arn "$machine"
