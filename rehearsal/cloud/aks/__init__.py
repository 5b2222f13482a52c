"""The local AKS: each cluster is a real etcd, kube-apiserver and kube-controller-manager."""
