#!/bin/sh
# The main operations through the AWS CLI. Argument: the endpoint. Prints `done` when everything was as it should be.
set -eu
sfn() { "$AWS" stepfunctions --endpoint-url "$endpoint" --output text "$@"; }
is() { [ "$1" = "$2" ] || { echo "$2 was expected, $1 came" >&2; exit 1; }; }
endpoint=$1
role=arn:aws:iam::123456789012:role/test
pass='{"StartAt":"P","States":{"P":{"Type":"Pass","End":true}}}'
wait='{"StartAt":"W","States":{"W":{"Type":"Wait","Seconds":3600,"End":true}}}'

machine=$(sfn create-state-machine --name standard --definition "$pass" --role-arn $role --tags key=team,value=water \
    --query stateMachineArn)
is "$(sfn describe-state-machine --state-machine-arn "$machine" --query definition)" "$pass"
is "$(sfn list-tags-for-resource --resource-arn "$machine" --query 'tags[].value')" water
execution=$(sfn start-execution --state-machine-arn "$machine" --name one --input '[1]' --query executionArn)
while [ "$(sfn describe-execution --execution-arn "$execution" --query status)" = RUNNING ]; do :; done
is "$(sfn describe-execution --execution-arn "$execution" --query output)" '[1]'
is "$(sfn get-execution-history --execution-arn "$execution" --page-size 1 --query 'length(events)')" "$(printf '1\n1\n1\n1')"
is "$(sfn list-executions --state-machine-arn "$machine" --status-filter SUCCEEDED --query 'executions[].name')" one
sfn update-state-machine --state-machine-arn "$machine" --definition "$wait" --publish --query stateMachineVersionArn > /dev/null
sfn create-state-machine-alias --name PROD --routing-configuration "stateMachineVersionArn=$machine:1,weight=100" > /dev/null
execution=$(sfn start-execution --state-machine-arn "$machine:PROD" --query executionArn)
sfn stop-execution --execution-arn "$execution" --error Enough > /dev/null
is "$(sfn describe-execution --execution-arn "$execution" --query '[status, error]')" "$(printf 'ABORTED\tEnough')"
sfn redrive-execution --execution-arn "$execution" > /dev/null
is "$(sfn describe-execution --execution-arn "$execution" --query '[status, redriveCount]')" "$(printf 'RUNNING\t1')"

# Both are sent to a host that begins with `sync-`.
express=$(sfn create-state-machine --name express --type EXPRESS --definition "$pass" --role-arn $role --query stateMachineArn)
is "$(sfn start-sync-execution --state-machine-arn "$express" --input '[2]' --query '[status, output]')" "$(printf 'SUCCEEDED\t[2]')"
is "$(sfn test-state --definition '{"Type":"Succeed"}' --input '[3]' --query '[status, output]')" "$(printf 'SUCCEEDED\t[3]')"

if sfn describe-state-machine --state-machine-arn "$machine-not" 2> /dev/null; then exit 1; fi
for machine in $(sfn list-state-machines --query 'stateMachines[].stateMachineArn'); do
    sfn delete-state-machine --state-machine-arn "$machine"
done
is "$(sfn list-state-machines --query 'length(stateMachines)')" 0
echo done
