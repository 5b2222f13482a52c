//go:build tools

// Package kubelogin pins the login plugin that AKS's kubeconfigs name; go.sum holds its hashes.
//
// The import makes `go mod tidy` keep what it needs; nothing here is ever compiled.
package kubelogin

import _ "github.com/Azure/kubelogin"
