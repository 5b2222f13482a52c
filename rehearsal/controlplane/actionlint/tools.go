//go:build tools

// Package actionlint pins the checker of the workflows; go.sum holds its hashes.
//
// The import makes `go mod tidy` keep what it needs; nothing here is ever compiled.
package actionlint

import _ "github.com/rhysd/actionlint/cmd/actionlint"
