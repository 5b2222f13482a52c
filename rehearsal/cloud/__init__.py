"""A local Azure: ARM, Entra ID, Microsoft Graph and AKS over one HTTPS origin on loopback."""
