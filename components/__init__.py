"""The product: an AKS cluster that people enter with Entra ID, and what each team may do in it."""
