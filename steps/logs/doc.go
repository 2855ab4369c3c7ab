// Package logs keeps the log lines of container services: a bounded store that folds tracebacks and the noise of health checks,
// a filter, a tail that polls without gaps or duplicates, and the counting of an access log. Screens only draw what it says; the
// logs command uses it too.
//
// It imports steps/cloud only. Lines are kept as they came, neither masked nor escaped: whoever shows or writes them does that.
package logs
