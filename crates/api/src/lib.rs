//! Request and response shapes of the Step Functions API, with their limits and exceptions.
