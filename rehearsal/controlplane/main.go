// Command controlplane is kube-apiserver and kube-controller-manager in one binary.
//
// The rehearsal runs each of them as a process of its own; one binary halves the link time and the
// disk space, since the two share nearly all of their packages.
package main

import (
	"os"

	"github.com/spf13/cobra"
	"k8s.io/component-base/cli"
	_ "k8s.io/component-base/metrics/prometheus/version"
	apiserver "k8s.io/kubernetes/cmd/kube-apiserver/app"
	controllermanager "k8s.io/kubernetes/cmd/kube-controller-manager/app"
)

func main() {
	root := &cobra.Command{Use: "controlplane", SilenceUsage: true}
	root.AddCommand(apiserver.NewAPIServerCommand(), controllermanager.NewControllerManagerCommand())
	os.Exit(cli.Run(root))
}
