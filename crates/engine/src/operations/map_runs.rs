//! DescribeMapRun, ListMapRuns and UpdateMapRun. No Distributed Map is run yet, so that there is no Map Run: every ARN is of one that does
//! not exist, and the list of an execution is empty.

use crate::Engine;
use api::{
    DescribeMapRunRequest, DescribeMapRunResponse, EmptyResponse, Exception, ListMapRunsRequest, ListMapRunsResponse,
    UpdateMapRunRequest,
};

impl Engine {
    /// What is known of a Map Run.
    pub async fn describe_map_run(&self, request: DescribeMapRunRequest) -> Result<DescribeMapRunResponse, Exception> {
        Err(Exception::resource_not_found(&request.map_run_arn.to_string()))
    }

    /// A page of the Map Runs of an execution.
    pub async fn list_map_runs(&self, request: ListMapRunsRequest) -> Result<ListMapRunsResponse, Exception> {
        self.stored(&request.execution_arn).await?;
        match request.paging.next_token {
            // No page has a token, so none was issued.
            Some(_) => Err(Exception::invalid_token()),
            None => Ok(ListMapRunsResponse { map_runs: Vec::new(), next_token: None }),
        }
    }

    /// Changes what a running Map Run goes by.
    pub async fn update_map_run(&self, request: UpdateMapRunRequest) -> Result<EmptyResponse, Exception> {
        Err(Exception::resource_not_found(&request.map_run_arn.to_string()))
    }
}
